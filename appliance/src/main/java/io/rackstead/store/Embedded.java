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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.h2.Driver;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// H2 in the data folder, with the [Journal] in front of it. H2 closes itself when a write fails,
/// and is then opened anew as after a crash: what was acknowledged is there.
final class Embedded implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Embedded.class);

  /// H2's codes for a database or connection that has ended, and for what it did not expect of the
  /// file.
  private static final Set<Integer> CLOSED =
      Set.of(50000, 90007, 90028, 90031, 90067, 90098, 90121);

  /// What is kept free: below it nothing new is begun, so that what runs can be written to its end.
  private static final long RESERVE = 16 << 20;

  /// H2 writes to its file from a thread of its own, table by table, while a transaction changes
  /// them: killed then, the file has the end of a transaction without its beginning, and says that
  /// it is done (seen in one of forty kills). So that thread sleeps; [Open#store] writes, between
  /// two transactions.
  private static final String NEVER_BY_ITSELF = ";WRITE_DELAY=" + Integer.MAX_VALUE;

  private static final long STORE_EVERY = Duration.ofSeconds(1).toNanos();

  /// When so few percent of the file are alive, so many bytes are written anew at each storing.
  private static final int SPARSE = 60;

  private static final int TIDIED = 1 << 20;

  private final Path folder;
  private final Path file;
  private final Path before;
  private final String url;

  Embedded(Path folder) throws IOException {
    this.folder = folder;
    file = folder.resolve("rackstead.mv.db");
    before = folder.resolve("rackstead.before-upgrade");
    url =
        "jdbc:h2:file:"
            + folder.resolve("rackstead").toAbsolutePath()
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000"
            + NEVER_BY_ITSELF;
    Files.createDirectories(folder);
    if (Files.exists(before)) {
      LOG.warn("database: an upgrade was cut off, it begins again");
      Files.move(before, file, REPLACE_EXISTING);
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  @Override
  public String where() {
    return folder.toString();
  }

  /// By H2's own driver: asking for "a driver" would load PostgreSQL's too.
  private Connection connect() throws SQLException {
    var login = new Properties();
    login.setProperty("user", "rackstead");
    login.setProperty("password", "");
    return new Driver().connect(url, login);
  }

  @Override
  public Link open() throws SQLException, IOException {
    var open = new Open();
    try {
      var missing = open.catchUp();
      if (!missing.isEmpty()) {
        open.shutdown();
        upgrade(missing);
        open = new Open();
        open.catchUp();
      }
      open.ready();
      // later, H2 may have closed itself, and a connection would open it without its journal
      open.dialAll();
      return open;
    } catch (IOException | SQLException | RuntimeException e) {
      open.end();
      throw e;
    }
  }

  /// Newer tables. H2 ends a transaction at each change of a table, so the file is put aside first:
  /// an upgrade is whole or has not been.
  private void upgrade(List<String> missing) throws SQLException, IOException {
    LOG.info("database: upgraded by {}", missing);
    var half = folder.resolve("rackstead.before-upgrade.part");
    Files.copy(file, half, REPLACE_EXISTING);
    try (var copy = FileChannel.open(half, StandardOpenOption.WRITE)) {
      copy.force(true);
    }
    Files.move(half, before, ATOMIC_MOVE);
    try (var connection = connect()) {
      connection.setAutoCommit(false);
      Migrations.run(new Tx(connection), missing);
      connection.commit();
      try (var statement = connection.createStatement()) {
        statement.execute("shutdown");
      }
    }
    Files.delete(before);
  }

  @Override
  public Optional<String> full() {
    // statvfs; a FileStore would read the table of mounts at each write
    var disk = folder.toFile();
    return disk.getUsableSpace() >= RESERVE || disk.getTotalSpace() == 0
        ? Optional.empty()
        : Optional.of(
            "no space left on the disk of %s: less than %d MiB are free; make room, it then goes on by itself"
                .formatted(folder.toAbsolutePath(), RESERVE >> 20));
  }

  @Override
  public boolean lost(SQLException failure) {
    return CLOSED.contains(failure.getErrorCode());
  }

  @Override
  public long pauseNanos() {
    return 0;
  }

  /// H2, opened.
  final class Open extends Link {
    private final Connection syncer;
    private final MVStore inside;
    private Optional<Journal> journal = Optional.empty();
    private long stored = System.nanoTime();

    Open() throws SQLException, IOException {
      super(Embedded.this::connect);
      syncer = connect();
      inside =
          ((SessionLocal) syncer.unwrap(JdbcConnection.class).getSession())
              .getDatabase()
              .getStore()
              .getMvStore();
    }

    private Path journals() {
      return folder.resolve("journal");
    }

    /// Does again what is in the journal and not in H2; answers the scripts that have not run yet.
    List<String> catchUp() throws SQLException, IOException {
      var tx = new Tx(writer);
      if (Migrations.done(tx).isEmpty()) {
        // new, or killed before all tables were there: whatever was acknowledged is in the journal
        tx.change("drop all objects");
        Migrations.run(tx, Migrations.SCRIPTS);
      }
      number = position(tx);
      writer.commit();
      var lost = Journal.after(journals(), number);
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
      journal = Optional.of(new Journal(journals(), number + 1));
      var missing = new ArrayList<>(Migrations.SCRIPTS);
      missing.removeAll(Migrations.done(tx));
      writer.commit();
      return missing;
    }

    /// First into the journal, then into H2.
    @Override
    long commit(Tx tx) throws SQLException, IOException {
      if (tx.done().isEmpty()) {
        writer.commit();
        return number;
      }
      long next = number + 1;
      var statements = List.copyOf(tx.done());
      tx.change("update journal_position set number = ?", next);
      boolean segment = journal.orElseThrow().append(next, statements);
      number = next;
      writer.commit();
      keep(segment);
      return next;
    }

    /// The transaction is done, whatever comes of this: H2, where it fails, closes itself, and what
    /// is missing from its file is in the journal.
    private void keep(boolean segment) {
      try {
        if (segment) {
          store("checkpoint sync");
          journal.orElseThrow().trim();
        } else if (System.nanoTime() - stored > STORE_EVERY) {
          store("checkpoint");
        }
      } catch (SQLException | IOException | MVStoreException e) {
        LOG.warn("database: its journal grows, its file was not written: {}", e.getMessage());
      }
    }

    /// Writes what has changed to H2's file. Only while no transaction is under way.
    private void store(String how) throws SQLException {
      try (var statement = syncer.createStatement()) {
        statement.execute(how);
      }
      inside.compact(SPARSE, TIDIED);
      stored = System.nanoTime();
    }

    @Override
    void copy(Path to) throws SQLException, IOException {
      store("checkpoint sync");
      Files.copy(file, to);
    }

    @Override
    void sync(long upTo) throws IOException {
      journal.orElseThrow().sync(upTo);
    }

    @Override
    void shutdown() throws SQLException, IOException {
      try (var statement = syncer.createStatement()) {
        statement.execute("shutdown");
      }
      if (journal.isPresent()) {
        journal.get().close();
        Journal.remove(journals());
      }
    }

    /// It was in the journal or it was not; who asked hears that it was not, and may ask again.
    @Override
    boolean settles(Link before) {
      return false;
    }

    @Override
    void end() {
      super.end();
      close(syncer);
      try {
        if (journal.isPresent()) {
          journal.get().close();
        }
      } catch (IOException e) {
        LOG.debug("the journal of a database that has ended: {}", e.getMessage());
      }
    }
  }
}
