package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/// The embedded database. What [#inTransaction] returned is on disk, synced: H2 as it comes loses
/// up to a second of acknowledged commits on `kill -9`, so each commit writes through, and commits
/// that wait at the same moment share one sync.
public final class Database implements AutoCloseable {
  private static final int READERS = 4;
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(READERS);
  private final Connection writer;
  private final Connection syncer;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final ReentrantLock syncing = new ReentrantLock(true);
  private final CrashPoint crashPoint;
  private volatile long committed;
  private volatile long synced;

  /// Told before and after each durable write, so that a test can end the process there.
  @FunctionalInterface
  public interface CrashPoint {
    void reached(String where);
  }

  private Database(String url, CrashPoint crashPoint) throws SQLException {
    this.crashPoint = crashPoint;
    writer = DriverManager.getConnection(url, "rackstead", "");
    syncer = DriverManager.getConnection(url, "rackstead", "");
    for (int i = 0; i < READERS; i++) {
      var reader = DriverManager.getConnection(url, "rackstead", "");
      idle.add(reader);
    }
    writer.setAutoCommit(false);
  }

  public static Database open(Path folder) {
    return open(folder, _ -> {});
  }

  public static Database open(Path folder, CrashPoint crashPoint) {
    var file = folder.resolve("rackstead");
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      var database =
          new Database(
              "jdbc:h2:file:"
                  + file.toAbsolutePath()
                  + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                  + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000",
              crashPoint);
      Migrations.run(database);
      return database;
    } catch (SQLException | IOException e) {
      throw new StoreException(
          "cannot open the database "
              + file
              + ": "
              + e.getMessage()
              + " (is another appliance running on this data folder?)",
          e);
    }
  }

  /// Runs the work in one transaction and returns when it is durable. Writers take turns.
  public <T> T inTransaction(Function<Tx, T> work) {
    T result;
    long ticket;
    writing.lock();
    try {
      crashPoint.reached("before commit");
      result = work.apply(new Tx(writer));
      writer.commit();
      crashPoint.reached("after commit");
      ticket = ++committed;
    } catch (SQLException e) {
      rollback(e);
      throw new StoreException("commit failed: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      rollback(e);
      throw e;
    } finally {
      writing.unlock();
    }
    sync(ticket);
    crashPoint.reached("after sync");
    return result;
  }

  public void change(Consumer<Tx> work) {
    inTransaction(tx -> {
      work.accept(tx);
      return true;
    });
  }

  /// Runs a reading; sees all that was committed before it.
  public <T> T read(Function<Tx, T> work) {
    Connection connection;
    try {
      connection = idle.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the database", e);
    }
    if (connection == null) {
      throw new StoreException(
          "the database is busy: no free connection within " + PATIENCE_SECONDS + " s",
          new IllegalStateException("all readers busy"));
    }
    try {
      return work.apply(new Tx(connection));
    } finally {
      idle.add(connection);
    }
  }

  /// Copies the whole database, consistent, while it is used.
  public void backup(Path zip) {
    read(tx -> {
      tx.script("backup to '" + zip.toAbsolutePath().toString().replace("'", "''") + "'");
      return true;
    });
  }

  private void sync(long ticket) {
    syncing.lock();
    try {
      if (synced >= ticket) {
        return;
      }
      long upTo = committed;
      try (var statement = syncer.createStatement()) {
        statement.execute("checkpoint sync");
      }
      synced = upTo;
    } catch (SQLException e) {
      throw new StoreException("cannot write the database to disk: " + e.getMessage(), e);
    } finally {
      syncing.unlock();
    }
  }

  private void rollback(Throwable because) {
    try {
      writer.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      if (!writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new StoreException(
            "a transaction did not end within " + PATIENCE_SECONDS + " s",
            new IllegalStateException("writer busy"));
      }
      try (var statement = syncer.createStatement()) {
        statement.execute("shutdown");
      } finally {
        writing.unlock();
      }
    } catch (SQLException e) {
      throw new StoreException("cannot close the database: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
