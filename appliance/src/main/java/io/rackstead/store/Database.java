package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What [#inTransaction] returned is on disk. Embedded, its statements stand, synced, in the
/// [Journal], and are done again when it is opened after a crash; or a PostgreSQL server has
/// committed them.
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long PATIENCE_SECONDS = 20;

  /// How often a server is asked what became of a commit that was not answered.
  private static final int SETTLING = 5;

  private final Engine engine;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final CrashPoint crashPoint;
  private final List<Runnable> reopened = new CopyOnWriteArrayList<>();
  private volatile Link link;
  private volatile Optional<String> trouble = Optional.empty();
  private long failedAt;
  private boolean closed;

  /// Told before and after each durable write, so that a test can end the process there.
  @FunctionalInterface
  public interface CrashPoint {
    void reached(String where);
  }

  private Database(Engine engine, CrashPoint crashPoint) throws SQLException, IOException {
    this.engine = engine;
    this.crashPoint = crashPoint;
    this.failedAt = System.nanoTime() - engine.pauseNanos();
    this.link = engine.open();
  }

  public static Database open(Path folder) {
    return open(folder, _ -> {});
  }

  public static Database open(Path folder, CrashPoint crashPoint) {
    return open(folder, DatabaseAddress.EMBEDDED, crashPoint);
  }

  /// @param folder where the embedded one lies, or the note that it is elsewhere
  public static Database open(Path folder, DatabaseAddress address, CrashPoint crashPoint) {
    try {
      Whereabouts.check(folder, address);
      var database =
          new Database(
              address.embedded() ? new Embedded(folder) : new PostgreSql(address), crashPoint);
      Whereabouts.note(folder, address);
      return database;
    } catch (SQLException | IOException | StoreException e) {
      throw new StoreException(
          address.embedded()
              ? "cannot open the database %s: %s (is another appliance running on this data folder?)"
                  .formatted(folder.resolve("rackstead"), e.getMessage())
              : "cannot open the database %s: %s".formatted(address.url(), e.getMessage()),
          e);
    }
  }

  /// Runs the work in one transaction and returns when it is durable. Writers take turns. Throws
  /// [UnwritableException] where it cannot be made durable: then nothing was acknowledged.
  public <T> T inTransaction(Function<Tx, T> work) {
    T result;
    long number;
    Link to;
    writing.lock();
    try {
      crashPoint.reached("before commit");
      mustHaveRoom();
      to = writable();
      try {
        var tx = new Tx(to.writer, to.numbers);
        result = work.apply(tx);
        try {
          number = to.commit(tx);
        } catch (SQLException | IOException e) {
          to = settled(to, e);
          number = to.number;
        }
        tx.committed();
        crashPoint.reached("after commit");
      } catch (RuntimeException e) {
        rollback(to, e);
        throw !(e instanceof UnwritableException) && lost(e) ? unwritable(to, e) : e;
      } catch (Error e) {
        rollback(to, e);
        throw e;
      }
    } finally {
      writing.unlock();
    }
    sync(to, number);
    crashPoint.reached("after sync");
    well();
    return result;
  }

  /// A commit that was not answered: when the database can be asked, and has it, it is done.
  private Link settled(Link before, Exception failure) {
    rollback(before, failure);
    var unanswered = unwritable(before, failure);
    if (engine.pauseNanos() == 0) {
      throw unanswered;
    }
    for (int i = 0; i < SETTLING; i++) {
      try {
        var now = reopen();
        if (now.settles(before)) {
          return now;
        }
        throw unanswered;
      } catch (UnwritableException e) {
        if (e == unanswered || !pause()) {
          throw unanswered;
        }
      }
    }
    throw new UnwritableException(
        unanswered.getMessage() + "; whether the last change was kept is not known: look again",
        failure);
  }

  private boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(engine.pauseNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Where the rows lie, for people.
  public String where() {
    return engine.where();
  }

  /// Why nothing can be written now; empty when all is well.
  public Optional<String> trouble() {
    if (link.broken && engine.pauseNanos() > 0) {
      try {
        usable();
      } catch (UnwritableException e) {
        LOG.debug("database: still {}", e.getMessage());
      }
    }
    return engine.full().or(() -> trouble);
  }

  /// Told after the database was opened anew: what is held in memory may be older than it.
  public void onReopened(Runnable listener) {
    reopened.add(listener);
  }

  private void mustHaveRoom() {
    engine
        .full()
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

  /// The link, or a new one in the place of a broken one. Where that just failed, those who waited
  /// meanwhile are told at once.
  private Link usable() {
    writing.lock();
    try {
      if (link.broken) {
        if (System.nanoTime() - failedAt < engine.pauseNanos()) {
          var words = trouble.orElse("the database " + engine.where() + " cannot be used");
          throw new UnwritableException(words, new IOException(words));
        }
        reopen();
      }
      return link;
    } finally {
      writing.unlock();
    }
  }

  private Link writable() {
    var to = usable();
    try {
      if (to.alive()) {
        return to;
      }
    } catch (SQLException e) {
      LOG.debug("database: {}", e.getMessage());
    }
    to.broken = true;
    return usable();
  }

  private Link reopen() {
    var old = link;
    if (closed) {
      throw unwritable(old, new IOException("it was closed"));
    }
    old.end();
    try {
      link = engine.open();
    } catch (SQLException | IOException | StoreException e) {
      failedAt = System.nanoTime();
      throw unwritable(old, e);
    }
    LOG.warn("database: opened anew");
    reopened.forEach(Runnable::run);
    if (engine.pauseNanos() > 0) {
      // opening it was a write
      well();
    }
    return link;
  }

  private void well() {
    if (trouble.isPresent()) {
      LOG.info("database: it can be written again");
      trouble = Optional.empty();
    }
  }

  private UnwritableException unwritable(Link to, Throwable e) {
    to.broken = true;
    var words =
        engine
            .full()
            .orElseGet(() -> "the database in " + engine.where() + " cannot be used: " + reason(e));
    if (to == link) {
      tell(words);
    }
    return new UnwritableException(words, e);
  }

  /// What the innermost cause says that says anything.
  private static String reason(Throwable e) {
    var said = String.valueOf(e.getMessage());
    for (var cause = e.getCause(); cause != null; cause = cause.getCause()) {
      said = cause.getMessage() == null ? said : cause.getMessage();
    }
    return said;
  }

  private boolean lost(Throwable e) {
    for (var cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && engine.lost(sql)) {
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

  /// Runs a reading; sees all that was committed before it. A database that has ended meanwhile (H2
  /// closes itself when a write of its own fails) is opened anew, and what can be read is read.
  public <T> T read(Function<Tx, T> work) {
    var from = link.broken ? usable() : link;
    try {
      return read(from, work);
    } catch (UnwritableException e) {
      LOG.debug("database: read again after {}", e.getMessage());
      return read(usable(), work);
    }
  }

  private <T> T read(Link from, Function<Tx, T> work) {
    Connection connection;
    try {
      connection =
          from.reader(PATIENCE_SECONDS)
              .orElseThrow(() ->
                  new StoreException(
                      "the database is busy: no free connection within " + PATIENCE_SECONDS + " s",
                      new IllegalStateException("all readers busy")));
    } catch (SQLException | IOException e) {
      throw unwritable(from, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the database", e);
    }
    try {
      return work.apply(new Tx(connection));
    } catch (RuntimeException e) {
      throw lost(e) ? unwritable(from, e) : e;
    } finally {
      from.back(connection);
    }
  }

  /// Copies the whole database into a file; who writes waits so long.
  public void backup(Path to) {
    writing.lock();
    try {
      writable().copy(to);
    } catch (SQLException | IOException e) {
      throw new StoreException("cannot copy the database to " + to + ": " + e.getMessage(), e);
    } finally {
      writing.unlock();
    }
  }

  private void sync(Link to, long number) {
    try {
      to.sync(number);
    } catch (IOException e) {
      throw unwritable(to, e);
    }
  }

  private static void rollback(Link to, Throwable because) {
    to.numbers.next().clear();
    try {
      to.writer.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  /// Ends it as `kill -9` does: nothing more is written. For tests.
  void kill() {
    closed = true;
    link.broken = true;
    link.end();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      if (!writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new StoreException(
            "a transaction did not end within " + PATIENCE_SECONDS + " s",
            new IllegalStateException("writer busy"));
      }
      try {
        closed = true;
        link.shutdown();
        link.broken = true;
      } finally {
        writing.unlock();
      }
    } catch (SQLException | IOException e) {
      throw new StoreException("cannot close the database: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
