package io.rackstead.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL server. What it has committed is durable by its own log, so none of ours is kept.
/// One appliance at a time: the connection that writes holds an advisory lock, and whatever it
/// writes is thereby written by the one that holds it.
final class PostgreSql implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(PostgreSql.class);
  private static final String LOCK = "8241700441520497005";

  /// Who holds it: `l` the lock, `a` the connection.
  private static final String HOLDER =
      " from pg_locks l join pg_stat_activity a on a.pid = l.pid"
          + " join pg_database d on d.oid = l.database and d.datname = current_database()"
          + " where l.locktype = 'advisory' and l.objsubid = 1 and l.granted"
          + " and (l.classid::bigint << 32) + l.objid::bigint = "
          + LOCK;

  private static final long LOCK_SECONDS = 5;
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final int ANSWER_SECONDS = 5;

  /// Each wait has an end: ours for the network, the server's for a statement, a lock, and for us
  /// when we are gone without a word.
  private static final String OPTIONS =
      "-c statement_timeout=25s -c lock_timeout=10s -c idle_in_transaction_session_timeout=120s"
          + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
          + " -c client_min_messages=warning";

  private final DatabaseAddress address;

  /// Tells our connections from those of another appliance.
  private final String name = "rackstead " + UUID.randomUUID();

  /// The number of the last transaction that is known to be there, and of one that may be.
  private OptionalLong known = OptionalLong.empty();

  private OptionalLong doubtful = OptionalLong.empty();

  PostgreSql(DatabaseAddress address) {
    this.address = address;
  }

  @Override
  public String where() {
    return address.url();
  }

  private Connection connect() throws SQLException, IOException {
    var login = address.read();
    var properties = new Properties();
    PGProperty.USER.set(properties, login.user());
    if (!login.password().isEmpty()) {
      PGProperty.PASSWORD.set(properties, login.password());
    }
    PGProperty.APPLICATION_NAME.set(properties, name);
    PGProperty.CONNECT_TIMEOUT.set(properties, 5);
    PGProperty.SOCKET_TIMEOUT.set(properties, 30);
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.OPTIONS.set(properties, OPTIONS);
    var connection = new Driver().connect(address.url(), properties);
    if (connection == null) {
      throw new SQLException("the driver does not know this URL");
    }
    return connection;
  }

  @Override
  public Link open() throws SQLException, IOException {
    var open = new Open();
    try {
      var tx = new Tx(open.writer);
      lock(open.writer, tx);
      judge(tx);
      var missing = new ArrayList<>(Migrations.SCRIPTS);
      missing.removeAll(Migrations.done(tx));
      if (!missing.isEmpty()) {
        LOG.info("database: upgraded by {}", missing);
        Migrations.run(tx, missing);
      }
      open.number = Link.position(tx);
      mustBeOurs(open.number);
      // proves that it can be written: a standby cannot
      tx.change("update journal_position set number = ?", open.number);
      open.writer.commit();
      open.ready();
      known = OptionalLong.of(open.number);
      doubtful = OptionalLong.empty();
      return open;
    } catch (IOException | SQLException | RuntimeException e) {
      open.end();
      throw e;
    }
  }

  /// A connection of our own that the server has not missed yet may still hold the lock: it is
  /// ended there. Once the lock is ours, what became of that connection's last commit is settled.
  private void lock(Connection writer, Tx tx) throws SQLException, IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOCK_SECONDS);
    while (!locked(tx)) {
      tx.list(
          "select pg_terminate_backend(l.pid)" + HOLDER + " and a.application_name = ?",
          row -> row.getBoolean(1),
          name);
      var holder = holder(tx);
      // who is connected is as it was at the begin of a transaction
      writer.rollback();
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "another appliance uses it"
                + holder.map(who -> " (" + who + ")").orElse("")
                + ": stop that one, or give this one a database of its own by database.url");
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the database", e);
    }
  }

  private static boolean locked(Tx tx) {
    return tx.one("select pg_try_advisory_lock(" + LOCK + ")", row -> row.getBoolean(1))
        .orElse(false);
  }

  private static Optional<String> holder(Tx tx) {
    return tx.one(
        "select coalesce(a.application_name || ' from ' || coalesce(host(a.client_addr), 'its own"
            + " host') || ', since ' || date_trunc('second', a.backend_start), 'another user')"
            + HOLDER,
        row -> row.getString(1));
  }

  /// What the server must be for the same statements to mean the same.
  private static void judge(Tx tx) throws IOException {
    boolean plain =
        tx.one(
                "select 'B' < 'a' and current_setting('server_encoding') = 'UTF8'",
                row -> row.getBoolean(1))
            .orElse(false);
    if (!plain) {
      throw new IOException(
          "it is not UTF-8, or sorts text by a language's rules: make it with createdb"
              + " --template=template0 --encoding=UTF8 --locale=C");
    }
    if (tx.one("show synchronous_commit", row -> row.getString(1)).equals(Optional.of("off"))) {
      tx.script("set synchronous_commit = on");
    }
    if (tx.one("show fsync", row -> row.getString(1)).equals(Optional.of("off"))) {
      LOG.warn("database: the server runs with fsync=off: a power cut can lose all of it");
    }
  }

  /// What is held in memory is the state after our last transaction. When there are others behind
  /// it, another appliance has worked while we were cut off.
  private void mustBeOurs(long number) throws IOException {
    boolean ours =
        known.isEmpty() || known.getAsLong() == number || doubtful.equals(OptionalLong.of(number));
    if (!ours) {
      throw new IOException(
          "another appliance has written to it while this one was cut off: end this one, or restart"
              + " it when the other is stopped");
    }
  }

  @Override
  public Optional<String> full() {
    return Optional.empty();
  }

  /// Connection lost, resources gone (a full disk too), shut down, failing to read or write, a
  /// standby that cannot be written.
  @Override
  public boolean lost(SQLException failure) {
    var state = failure.getSQLState();
    return state != null
        && (state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("57P")
            || state.startsWith("58")
            || state.equals("25P03")
            || state.equals("25006"));
  }

  @Override
  public long pauseNanos() {
    return PAUSE;
  }

  /// PostgreSQL, connected.
  final class Open extends Link {
    private long used = System.nanoTime();

    Open() throws SQLException, IOException {
      super(PostgreSql.this::connect);
    }

    @Override
    void copy(Path to) {
      throw new StoreException(
          "the rows are in PostgreSQL, which makes the backup: pg_dump --format=custom --file=FILE '"
              + address.forPrograms()
              + "'; the key of its secrets is not in there: copy secrets/master.key and leases/ of the"
              + " data folder beside it",
          new UnsupportedOperationException("backup"));
    }

    /// After a pause the server may have been restarted: better seen before the work than in it.
    @Override
    boolean alive() throws SQLException {
      if (System.nanoTime() - used < PAUSE) {
        return true;
      }
      boolean valid = writer.isValid(ANSWER_SECONDS);
      if (valid) {
        writer.commit();
      }
      return valid;
    }

    @Override
    long commit(Tx tx) throws SQLException {
      used = System.nanoTime();
      if (tx.done().isEmpty()) {
        writer.commit();
        return number;
      }
      long next = number + 1;
      tx.change("update journal_position set number = ?", next);
      doubtful = OptionalLong.of(next);
      writer.commit();
      doubtful = OptionalLong.empty();
      known = OptionalLong.of(next);
      number = next;
      return next;
    }

    /// It was there when it was committed.
    @Override
    void sync(long upTo) {}

    @Override
    void shutdown() {
      end();
    }

    @Override
    boolean settles(Link before) {
      return number == before.number + 1;
    }
  }
}
