package io.rackstead.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
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

/// H2 in the data folder, with the [Journal] in front of it.
///
/// H2's file cannot be trusted after a crash: it is written table by table while a transaction
/// changes them (seen: a transaction's end without its beginning, in one of forty kills), and now
/// and then it cannot be opened at all ("Chunk not found", in one of a hundred and fifty). So H2
/// runs on `running.mv.db`, which is thrown away, and `rackstead.mv.db` is a whole copy of it,
/// taken while nothing was written, and replaced in one step. What was acknowledged since is in the
/// journal: opening is the copy, and the journal done again. H2 closes itself when a write fails,
/// and is then opened anew in the same way.
final class Embedded implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Embedded.class);

  /// H2's codes for a database or connection that has ended, and for what it did not expect of the
  /// file.
  private static final Set<Integer> CLOSED =
      Set.of(50000, 90007, 90028, 90031, 90067, 90098, 90121);

  /// What is kept free: below it nothing new is begun, so that what runs can be written to its end.
  private static final long RESERVE = 16 << 20;

  /// A new copy is made after so many segments of the journal, or half of its own size.
  private static final int SEGMENTS = 8;

  /// When so few percent of the file are alive, so many bytes are written anew before each copy.
  private static final int SPARSE = 60;

  private static final int TIDIED = 4 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path folder;
  private final Path file;
  private final Path running;
  private final Path next;

  Embedded(Path folder) throws IOException {
    this.folder = folder;
    file = folder.resolve("rackstead.mv.db");
    running = folder.resolve("running.mv.db");
    next = folder.resolve("next.mv.db");
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  @Override
  public String where() {
    return folder.toString();
  }

  /// By H2's own driver: asking for "a driver" would load PostgreSQL's too. Its own writer, which
  /// begins after WRITE_DELAY, never does: the file changes only when asked to.
  private Connection connect(Path database, String flags) throws SQLException {
    var name = database.toAbsolutePath().toString();
    var url =
        "jdbc:h2:file:"
            + name.substring(0, name.length() - ".mv.db".length())
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=10000;WRITE_DELAY="
            + Integer.MAX_VALUE
            + flags;
    var login = new Properties();
    login.setProperty("user", "rackstead");
    login.setProperty("password", "");
    return new Driver().connect(url, login);
  }

  @Override
  public Link open() throws SQLException, IOException {
    var lock = lock();
    try {
      begin();
      var open = new Open(lock);
      try {
        open.catchUp();
        open.ready();
        // later, H2 may have closed itself, and a connection would open it without its journal
        open.dialAll();
        return open;
      } catch (IOException | SQLException | RuntimeException e) {
        open.end();
        throw e;
      }
    } catch (IOException | SQLException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /// One process at a time: the running file is written over below.
  private FileChannel lock() throws IOException {
    var channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      LOG.debug("locked by this process", e);
    }
    channel.close();
    throw new IOException("another process has it open");
  }

  /// The copy, over what ran before: in its place, so that it can be done on a full disk too.
  private void begin() throws IOException {
    Files.deleteIfExists(next);
    if (!Files.exists(file)) {
      Files.deleteIfExists(running);
      return;
    }
    try (var from = FileChannel.open(file, StandardOpenOption.READ);
        var to = FileChannel.open(running, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long size = from.size();
      for (long at = 0; at < size; ) {
        at += from.transferTo(at, size - at, to);
      }
      to.truncate(size);
    }
  }

  /// Puts a whole database in the place of the copy.
  private void replace(Path by) throws IOException {
    force(by);
    Files.move(by, file, ATOMIC_MOVE, REPLACE_EXISTING);
    try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static void force(Path path) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
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
    private final FileChannel lock;
    private final Connection asker;
    private final MVStore inside;
    private Optional<Journal> journal = Optional.empty();
    private int segments;
    private Thread copying = Thread.ofVirtual().unstarted(() -> {});

    Open(FileChannel lock) throws SQLException, IOException {
      super(() -> connect(running, ""));
      this.lock = lock;
      asker = connect(running, "");
      inside =
          ((SessionLocal) asker.unwrap(JdbcConnection.class).getSession())
              .getDatabase()
              .getStore()
              .getMvStore();
    }

    private Path journals() {
      return folder.resolve("journal");
    }

    /// Does again what is in the journal and not in the copy; then brings the tables up to date.
    void catchUp() throws SQLException, IOException {
      var tx = new Tx(writer);
      boolean fresh = Migrations.done(tx).isEmpty();
      if (fresh) {
        Migrations.run(tx, Migrations.SCRIPTS);
      }
      number = position(tx);
      writer.commit();
      var since = Journal.after(journals(), number);
      for (var entry : since) {
        for (var statement : entry.statements()) {
          tx.again(statement);
        }
        number = entry.number();
        tx.change("update journal_position set number = ?", number);
        writer.commit();
      }
      if (!since.isEmpty()) {
        LOG.info("database: {} transactions were done again from its journal", since.size());
      }
      journal = Optional.of(new Journal(journals(), number + 1));
      segments = Journal.segments(journals()).size();
      var missing = new ArrayList<>(Migrations.SCRIPTS);
      missing.removeAll(Migrations.done(tx));
      if (!missing.isEmpty()) {
        LOG.info("database: upgraded by {}", missing);
        Migrations.run(tx, missing);
      }
      writer.commit();
      if (fresh || !missing.isEmpty()) {
        // from here on the journal speaks of the new tables
        store();
        Files.copy(running, next, REPLACE_EXISTING);
        replace(next);
        journal.get().trim(number);
      }
    }

    /// First into the journal, then into H2.
    @Override
    long commit(Tx tx) throws SQLException, IOException {
      if (tx.done().isEmpty()) {
        writer.commit();
        return number;
      }
      long now = number + 1;
      var statements = List.copyOf(tx.done());
      tx.change("update journal_position set number = ?", now);
      if (journal.orElseThrow().append(now, statements)) {
        segments++;
      }
      number = now;
      writer.commit();
      if (segments >= SEGMENTS) {
        renew();
      }
      return now;
    }

    /// The transaction is done, whatever comes of this: what is not in the copy is in the journal.
    private void renew() {
      try {
        if (copying.isAlive() || (long) segments * Journal.SEGMENT < Files.size(file) / 2) {
          return;
        }
        inside.compact(SPARSE, TIDIED);
        copy(next);
        segments = 0;
        long upTo = number;
        copying = Thread.ofVirtual().name("database-copy").start(() -> settle(upTo));
      } catch (SQLException | IOException | MVStoreException e) {
        LOG.warn("database: its journal grows, it was not copied: {}", e.getMessage());
      }
    }

    /// The copy takes its place when it could be opened.
    private void settle(long upTo) {
      try {
        try (var copy = connect(next, ";ACCESS_MODE_DATA=r")) {
          long there =
              new Tx(copy)
                  .one("select number from journal_position", row -> row.getLong(1))
                  .orElseThrow();
          if (there != upTo) {
            throw new IOException("it is at transaction %d, not %d".formatted(there, upTo));
          }
        }
        replace(next);
        journal.orElseThrow().trim(upTo);
      } catch (SQLException | IOException | RuntimeException e) {
        LOG.warn("database: its journal grows, the new copy is not used: {}", e.getMessage());
      }
    }

    private void store() throws SQLException {
      try (var statement = asker.createStatement()) {
        statement.execute("checkpoint sync");
      }
    }

    @Override
    void copy(Path to) throws SQLException, IOException {
      store();
      Files.copy(running, to, REPLACE_EXISTING);
    }

    @Override
    void sync(long upTo) throws IOException {
      journal.orElseThrow().sync(upTo);
    }

    @Override
    void shutdown() throws SQLException, IOException {
      rest();
      try (lock) {
        try (var statement = asker.createStatement()) {
          statement.execute("shutdown");
        }
        journal.orElseThrow().close();
        replace(running);
        Journal.remove(journals());
        reserve();
      }
    }

    /// Room for the next start, which may find the disk full.
    private void reserve() {
      try (var room =
          FileChannel.open(
              running,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        var zeros = ByteBuffer.allocate(1 << 20);
        for (long left = Files.size(file); left > 0; left -= zeros.limit()) {
          room.write(zeros.clear().limit((int) Math.min(left, zeros.capacity())));
        }
      } catch (IOException e) {
        LOG.warn("database: no room is kept for its next start: {}", e.getMessage());
      }
    }

    private void rest() {
      try {
        if (copying.isAlive() && !copying.join(PATIENCE)) {
          LOG.warn("database: its copy was not done within {}", PATIENCE);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// It was in the journal or it was not; who asked hears that it was not, and may ask again.
    @Override
    boolean settles(Link before) {
      return false;
    }

    /// Nothing more is written to the running file, by whomever it is still read.
    @Override
    void end() {
      rest();
      try (var statement = asker.createStatement()) {
        statement.execute("shutdown immediately");
      } catch (SQLException e) {
        LOG.debug("H2, told to end: {}", e.getMessage());
      }
      super.end();
      close(asker);
      try {
        if (journal.isPresent()) {
          journal.get().close();
        }
        lock.close();
      } catch (IOException e) {
        LOG.debug("the journal of a database that has ended: {}", e.getMessage());
      }
    }
  }
}
