package io.rackstead.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// Opens the database of a folder: embedded in it, or, in a PostgreSQL round of [OnEachDatabase],
/// one on the server that belongs to the folder as long as the test runs.
public final class TestDatabase {
  private static final Map<Path, String> NAMES = new HashMap<>();
  private static final Map<Path, Database> OPEN = new HashMap<>();
  static boolean onServer;

  private TestDatabase() {}

  public static Database open(Path folder) {
    return open(folder, _ -> {});
  }

  public static Database open(Path folder, Database.CrashPoint crashPoint) {
    var database = Database.open(folder, address(folder), crashPoint);
    OPEN.put(folder, database);
    return database;
  }

  public static DatabaseAddress address(Path folder) {
    if (!onServer) {
      return DatabaseAddress.EMBEDDED;
    }
    try {
      var name = NAMES.get(folder);
      if (name == null) {
        name = TestServer.create();
        NAMES.put(folder, name);
      }
      return TestServer.address(name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A folder was copied with all its files while its database was closed.
  public static void copied(Path from, Path to) {
    if (onServer) {
      try {
        NAMES.put(to, TestServer.create(NAMES.getOrDefault(from, "")));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// Ends it as `kill -9` ends the appliance.
  public static void crash(Path folder) {
    if (onServer) {
      try {
        TestServer.disconnect(NAMES.getOrDefault(folder, ""));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    // a process that was killed does not come back
    var dead = OPEN.remove(folder);
    if (dead != null) {
      dead.kill();
    }
  }

  /// How far apart the crash points are that are tried: each of them on H2, a seventh on
  /// PostgreSQL, where a fresh database costs more (seven, as three in a row belong to one write).
  public static int stride() {
    return onServer ? 7 : 1;
  }

  static void drop() throws SQLException {
    for (var name : NAMES.values()) {
      TestServer.drop(name);
    }
    NAMES.clear();
    OPEN.clear();
  }
}
