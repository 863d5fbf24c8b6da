package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The embedded database. What [#inTransaction] returned is on disk, synced: H2 as it comes loses
/// up to a second of acknowledged commits on `kill -9`, so each commit writes through, and commits
/// that wait at the same moment share one sync.
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int READERS = 4;
  private static final long PATIENCE_SECONDS = 20;

  /// H2's codes for a database or connection that has ended, and for what it did not expect of the
  /// file.
  private static final Set<Integer> CLOSED =
      Set.of(50000, 90007, 90028, 90031, 90067, 90098, 90121);

  /// What is kept free: below it nothing new is begun, so that what runs can be written to its end.
  private static final long RESERVE = 16 << 20;

  private final Path folder;
  private final String url;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final CrashPoint crashPoint;
  private final List<Runnable> reopened = new CopyOnWriteArrayList<>();
  private volatile Link link;
  private volatile Optional<String> trouble = Optional.empty();

  /// Told before and after each durable write, so that a test can end the process there.
  @FunctionalInterface
  public interface CrashPoint {
    void reached(String where);
  }

  /// The connections to one opened database. H2 closes itself when a write fails, and is then
  /// opened anew as after a crash: what was acknowledged is there.
  private static final class Link {
    final Connection writer;
    final Connection syncer;
    final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(READERS);
    final ReentrantLock syncing = new ReentrantLock(true);
    volatile boolean broken;
    volatile long committed;
    volatile long synced;

    Link(String url) throws SQLException {
      writer = DriverManager.getConnection(url, "rackstead", "");
      syncer = DriverManager.getConnection(url, "rackstead", "");
      for (int i = 0; i < READERS; i++) {
        idle.add(DriverManager.getConnection(url, "rackstead", ""));
      }
      writer.setAutoCommit(false);
    }

    void end() {
      var all = new ArrayList<Connection>(List.of(writer, syncer));
      idle.drainTo(all);
      for (var connection : all) {
        try {
          connection.close();
        } catch (SQLException e) {
          LOG.debug("a connection to a database that has ended: {}", e.getMessage());
        }
      }
    }
  }

  private Database(Path folder, String url, CrashPoint crashPoint) throws SQLException {
    this.folder = folder;
    this.url = url;
    this.crashPoint = crashPoint;
    this.link = new Link(url);
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
              folder,
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

  /// Runs the work in one transaction and returns when it is durable. Writers take turns. Throws
  /// [UnwritableException] where it cannot be made durable: then nothing was acknowledged.
  public <T> T inTransaction(Function<Tx, T> work) {
    T result;
    long ticket;
    Link to;
    writing.lock();
    try {
      crashPoint.reached("before commit");
      mustHaveRoom();
      to = usable();
      try {
        result = work.apply(new Tx(to.writer));
        to.writer.commit();
        crashPoint.reached("after commit");
        ticket = ++to.committed;
      } catch (SQLException e) {
        rollback(to, e);
        throw unwritable(to, e);
      } catch (RuntimeException e) {
        rollback(to, e);
        throw closed(e) ? unwritable(to, e) : e;
      } catch (Error e) {
        rollback(to, e);
        throw e;
      }
    } finally {
      writing.unlock();
    }
    sync(to, ticket);
    crashPoint.reached("after sync");
    if (trouble.isPresent()) {
      LOG.info("database: it can be written again");
      trouble = Optional.empty();
    }
    return result;
  }

  /// Why nothing can be written now; empty when all is well.
  public Optional<String> trouble() {
    return fullDisk().or(() -> trouble);
  }

  /// Told after the database was opened anew: what is held in memory may be older than it.
  public void onReopened(Runnable listener) {
    reopened.add(listener);
  }

  private boolean room() {
    // statvfs; a FileStore would read the table of mounts at each write
    var file = folder.toFile();
    return file.getUsableSpace() >= RESERVE || file.getTotalSpace() == 0;
  }

  private Optional<String> fullDisk() {
    return room()
        ? Optional.empty()
        : Optional.of(
            "no space left on the disk of %s: less than %d MiB are free; make room, it then goes on by itself"
                .formatted(folder.toAbsolutePath(), RESERVE >> 20));
  }

  private void mustHaveRoom() {
    fullDisk()
        .ifPresent(words -> {
          tell(words);
          throw new UnwritableException(words, new IOException("No space left on device"));
        });
  }

  private void tell(String words) {
    if (!trouble.equals(Optional.of(words))) {
      LOG.error("database: {}", words);
      trouble = Optional.of(words);
    }
  }

  private Link usable() {
    writing.lock();
    try {
      if (link.broken) {
        var old = link;
        link = new Link(url);
        old.end();
        LOG.warn("database: opened anew");
        reopened.forEach(Runnable::run);
      }
      return link;
    } catch (SQLException e) {
      throw unwritable(link, e);
    } finally {
      writing.unlock();
    }
  }

  private UnwritableException unwritable(Link to, Throwable e) {
    to.broken = true;
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    var words =
        fullDisk()
            .orElse("the database in " + folder + " cannot be written: " + cause.getMessage());
    tell(words);
    return new UnwritableException(words, e);
  }

  private static boolean closed(Throwable e) {
    for (var cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && CLOSED.contains(sql.getErrorCode())) {
        return true;
      }
    }
    return false;
  }

  public void change(Consumer<Tx> work) {
    inTransaction(tx -> {
      work.accept(tx);
      return true;
    });
  }

  /// Runs a reading; sees all that was committed before it.
  public <T> T read(Function<Tx, T> work) {
    var from = link.broken ? usable() : link;
    Connection connection;
    try {
      connection = from.idle.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
    } catch (RuntimeException e) {
      throw closed(e) ? unwritable(from, e) : e;
    } finally {
      from.idle.add(connection);
    }
  }

  /// Copies the whole database, consistent, while it is used.
  public void backup(Path zip) {
    read(tx -> {
      tx.script("backup to '" + zip.toAbsolutePath().toString().replace("'", "''") + "'");
      return true;
    });
  }

  private void sync(Link to, long ticket) {
    to.syncing.lock();
    try {
      if (to.synced >= ticket) {
        return;
      }
      long upTo = to.committed;
      try (var statement = to.syncer.createStatement()) {
        statement.execute("checkpoint sync");
      }
      to.synced = upTo;
    } catch (SQLException e) {
      throw unwritable(to, e);
    } finally {
      to.syncing.unlock();
    }
  }

  private static void rollback(Link to, Throwable because) {
    try {
      to.writer.rollback();
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
      try (var statement = link.syncer.createStatement()) {
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
