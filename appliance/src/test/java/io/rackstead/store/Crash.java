package io.rackstead.store;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/// Ends a database as a killed process would: without a checkpoint, without a clean close.
public final class Crash extends Error {
  private static final long serialVersionUID = 1L;
  private static final int DATABASE_IS_CLOSED = 90121;
  private static final int CONNECTION_BROKEN = 90067;
  private static final int DATABASE_CALLED_AT_SHUTDOWN = 90098;

  public Crash(String where) {
    super(where);
  }

  public static void crash(Path folder) {
    var url =
        "jdbc:h2:file:"
            + folder.resolve("rackstead").toAbsolutePath()
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000";
    try (var connection = DriverManager.getConnection(url, "rackstead", "");
        var statement = connection.createStatement()) {
      statement.execute("shutdown immediately");
    } catch (SQLException e) {
      // the connection that asks for it dies of it
      int code = e.getErrorCode();
      if (code != DATABASE_IS_CLOSED
          && code != CONNECTION_BROKEN
          && code != DATABASE_CALLED_AT_SHUTDOWN) {
        throw new IllegalStateException(e);
      }
    }
  }
}
