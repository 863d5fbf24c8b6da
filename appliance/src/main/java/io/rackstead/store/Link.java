package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections to one opened database: one that writes, and up to four that read, made when
/// they are first needed.
abstract sealed class Link permits Embedded.Open, PostgreSql.Open {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final int READERS = 4;

  final Connection writer;
  private final Semaphore readers = new Semaphore(READERS, true);
  private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();
  Tx.Numbers numbers = Tx.Numbers.NONE;

  /// The number of the last transaction that changed something.
  long number;

  volatile boolean broken;
  private volatile boolean ended;

  /// A new connection, each call.
  @FunctionalInterface
  interface Dial {
    Connection connect() throws SQLException, IOException;
  }

  private final Dial dial;

  Link(Dial dial) throws SQLException, IOException {
    this.dial = dial;
    writer = dial.connect();
    writer.setAutoCommit(false);
  }

  /// The last step of opening: the tables are there.
  final void ready() throws SQLException {
    numbers = new Tx.Numbers(numbered(writer), new HashMap<>());
  }

  /// Makes all of them now: where a late connection would open the database behind our back.
  final void dialAll() throws SQLException, IOException {
    for (int i = 0; i < READERS; i++) {
      idle.add(dial.connect());
    }
  }

  private static Set<String> numbered(Connection writer) throws SQLException {
    var tables =
        new Tx(writer)
            .list(
                """
                select table_name from information_schema.columns
                where table_schema = current_schema and column_name = 'id' and data_type = 'bigint'\
                """,
                row -> row.getString(1));
    writer.commit();
    return Set.copyOf(tables);
  }

  /// The number of the last transaction, kept in the database.
  static long position(Tx tx) {
    tx.change("create table if not exists journal_position (number bigint not null)");
    var position = tx.one("select number from journal_position", row -> row.getLong(1));
    if (position.isEmpty()) {
      tx.change("insert into journal_position (number) values (0)");
    }
    return position.orElse(0L);
  }

  /// Whether it can be written as far as can be told; false: connect anew.
  boolean alive() throws SQLException {
    return true;
  }

  /// Commits what the transaction did; answers its number, for [#sync].
  abstract long commit(Tx tx) throws SQLException, IOException;

  /// Returns when a transaction is on the disk.
  abstract void sync(long upTo) throws IOException;

  /// A consistent copy of the whole into a file. Only while no transaction is under way.
  abstract void copy(Path to) throws SQLException, IOException;

  /// A clean end.
  abstract void shutdown() throws SQLException, IOException;

  /// Whether what was not acknowledged is there all the same, as this newer link sees it.
  abstract boolean settles(Link before);

  /// A connection to read with, for [#back]; empty when all were in use for so long.
  final Optional<Connection> reader(long seconds)
      throws SQLException, IOException, InterruptedException {
    if (!readers.tryAcquire(seconds, TimeUnit.SECONDS)) {
      return Optional.empty();
    }
    boolean had = false;
    try {
      if (ended) {
        throw new SQLException("the connection has ended meanwhile");
      }
      var one = idle.poll();
      var reader = one == null ? dial.connect() : one;
      had = true;
      return Optional.of(reader);
    } finally {
      if (!had) {
        readers.release();
      }
    }
  }

  final void back(Connection reader) {
    idle.add(reader);
    readers.release();
    if (ended) {
      hangUp();
    }
  }

  /// Lets go of a database that has ended.
  void end() {
    ended = true;
    close(writer);
    hangUp();
  }

  private void hangUp() {
    for (var one = idle.poll(); one != null; one = idle.poll()) {
      close(one);
    }
  }

  static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("a connection to a database that has ended: {}", e.getMessage());
    }
  }
}
