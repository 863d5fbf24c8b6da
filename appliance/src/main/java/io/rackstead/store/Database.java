package io.rackstead.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
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

/// The embedded database. What [#inTransaction] returned is on disk: its statements stand, synced,
/// in the [Journal], and what H2 has lost of them in a crash is done again when it is opened.
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
    final Tx.Numbers numbers;
    final Journal journal;
    final BlockingQueue<Connection> idle = new ArrayBlockingQueue<>(READERS);
    volatile boolean broken;
    long number;

    Link(String url, Path journal) throws SQLException, IOException {
      writer = DriverManager.getConnection(url, "rackstead", "");
      syncer = DriverManager.getConnection(url, "rackstead", "");
      for (int i = 0; i < READERS; i++) {
        idle.add(DriverManager.getConnection(url, "rackstead", ""));
      }
      writer.setAutoCommit(false);
      try {
        number = catchUp(writer, journal);
        numbers = new Tx.Numbers(numbered(writer), new HashMap<>());
        this.journal = new Journal(journal, number + 1);
      } catch (IOException | SQLException | RuntimeException e) {
        end();
        throw e;
      }
    }

    /// Does again what is in the journal and not in H2; answers the number of the last transaction.
    private static long catchUp(Connection writer, Path journal) throws SQLException, IOException {
      var tx = new Tx(writer);
      if (Migrations.done(tx).isEmpty()) {
        // new, or killed before all tables were there: whatever was acknowledged is in the journal
        tx.change("drop all objects");
        Migrations.run(tx, Migrations.SCRIPTS);
      }
      tx.change("create table if not exists journal_position (number bigint not null)");
      long number = position(tx);
      writer.commit();
      var lost = Journal.after(journal, number);
      for (var entry : lost) {
        for (var statement : entry.statements()) {
          tx.again(statement);
        }
        number = entry.number();
        tx.change("update journal_position set number = ?", number);
        writer.commit();
      }
      if (!lost.isEmpty()) {
        LOG.info("database: {} transactions were done again from its journal", lost.size());
      }
      return number;
    }

    private static long position(Tx tx) {
      Optional<Long> position =
          tx.one("select number from journal_position", row -> row.getLong(1));
      if (position.isEmpty()) {
        tx.change("insert into journal_position (number) values (0)");
      }
      return position.orElse(0L);
    }

    private static Set<String> numbered(Connection writer) throws SQLException {
      var tables =
          new Tx(writer)
              .list(
                  """
                  select table_name from information_schema.columns
                  where table_schema = 'public' and column_name = 'id' and data_type = 'bigint'\
                  """,
                  row -> row.getString(1));
      writer.commit();
      return Set.copyOf(tables);
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
      try {
        if (journal != null) {
          journal.close();
        }
      } catch (IOException e) {
        LOG.debug("the journal of a database that has ended: {}", e.getMessage());
      }
    }
  }

  private Database(Path folder, String url, CrashPoint crashPoint)
      throws SQLException, IOException {
    this.folder = folder;
    this.url = url;
    this.crashPoint = crashPoint;
    this.link = new Link(url, folder.resolve("journal"));
  }

  public static Database open(Path folder) {
    return open(folder, _ -> {});
  }

  public static Database open(Path folder, CrashPoint crashPoint) {
    var file = folder.resolve("rackstead");
    try {
      Files.createDirectories(folder);
      if (Files.exists(before(folder))) {
        LOG.warn("database: an upgrade was cut off, it begins again");
        Files.move(before(folder), file.resolveSibling("rackstead.mv.db"), REPLACE_EXISTING);
      }
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      var database =
          new Database(
              folder,
              "jdbc:h2:file:"
                  + file.toAbsolutePath()
                  + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                  + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000",
              crashPoint);
      database.upgrade();
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

  private static Path before(Path folder) {
    return folder.resolve("rackstead.before-upgrade");
  }

  /// Newer tables. H2 ends a transaction at each change of a table, so the file is put aside first:
  /// an upgrade is whole or has not been.
  private void upgrade() throws SQLException, IOException {
    var missing = new ArrayList<>(Migrations.SCRIPTS);
    missing.removeAll(read(Migrations::done));
    if (missing.isEmpty()) {
      return;
    }
    LOG.info("database: upgraded by {}", missing);
    closeLink();
    var half = folder.resolve("rackstead.before-upgrade.part");
    Files.copy(folder.resolve("rackstead.mv.db"), half, REPLACE_EXISTING);
    try (var copy = FileChannel.open(half, StandardOpenOption.WRITE)) {
      copy.force(true);
    }
    Files.move(half, before(folder), ATOMIC_MOVE);
    try (var connection = DriverManager.getConnection(url, "rackstead", "")) {
      connection.setAutoCommit(false);
      Migrations.run(new Tx(connection), missing);
      connection.commit();
      try (var statement = connection.createStatement()) {
        statement.execute("shutdown");
      }
    }
    Files.delete(before(folder));
    link = new Link(url, folder.resolve("journal"));
  }

  private void closeLink() throws SQLException, IOException {
    try (var statement = link.syncer.createStatement()) {
      statement.execute("shutdown");
    }
    link.journal.close();
    Journal.remove(folder.resolve("journal"));
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
      to = usable();
      try {
        var tx = new Tx(to.writer, to.numbers);
        result = work.apply(tx);
        number = commit(to, tx);
        tx.committed();
        crashPoint.reached("after commit");
      } catch (SQLException | IOException e) {
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
    sync(to, number);
    crashPoint.reached("after sync");
    if (trouble.isPresent()) {
      LOG.info("database: it can be written again");
      trouble = Optional.empty();
    }
    return result;
  }

  /// First into the journal, then into H2; answers the number of the transaction.
  private long commit(Link to, Tx tx) throws SQLException, IOException {
    if (tx.done().isEmpty()) {
      to.writer.commit();
      return to.number;
    }
    long number = to.number + 1;
    var statements = List.copyOf(tx.done());
    tx.change("update journal_position set number = ?", number);
    boolean segment = to.journal.append(number, statements);
    to.number = number;
    to.writer.commit();
    if (segment) {
      tidy(to);
    }
    return number;
  }

  private static void tidy(Link to) {
    try (var statement = to.syncer.createStatement()) {
      statement.execute("checkpoint sync");
      to.journal.trim();
    } catch (SQLException | IOException e) {
      LOG.warn("database: old segments of the journal stay for now: {}", e.getMessage());
    }
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
        old.end();
        link = new Link(url, folder.resolve("journal"));
        LOG.warn("database: opened anew");
        reopened.forEach(Runnable::run);
      }
      return link;
    } catch (SQLException | IOException e) {
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

  /// Runs a reading; sees all that was committed before it. H2 closes itself when a write of its
  /// own fails, as on a full disk: it is opened anew, and what can be read is read.
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

  private void sync(Link to, long number) {
    try {
      to.journal.sync(number);
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

  @Override
  public void close() {
    try {
      if (!writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new StoreException(
            "a transaction did not end within " + PATIENCE_SECONDS + " s",
            new IllegalStateException("writer busy"));
      }
      try {
        closeLink();
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
