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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.h2.Driver;
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
            + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000";
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

  @Override
  public void backup(Tx tx, Path zip) {
    tx.script("backup to '" + zip.toAbsolutePath().toString().replace("'", "''") + "'");
  }

  /// H2, opened.
  final class Open extends Link {
    private final Connection syncer;
    private Optional<Journal> journal = Optional.empty();

    Open() throws SQLException, IOException {
      super(Embedded.this::connect);
      syncer = connect();
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
      if (segment) {
        tidy();
      }
      return next;
    }

    private void tidy() {
      try (var statement = syncer.createStatement()) {
        statement.execute("checkpoint sync");
        journal.orElseThrow().trim();
      } catch (SQLException | IOException e) {
        LOG.warn("database: old segments of the journal stay for now: {}", e.getMessage());
      }
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
