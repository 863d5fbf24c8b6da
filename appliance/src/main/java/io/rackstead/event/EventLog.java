package io.rackstead.event;

import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import io.rackstead.store.UnwritableException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of everything. Moves are written by the door in its own transaction; packets, fetches
/// and reports are handed over with [#trace] and written in batches off the answering path.
public final class EventLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
  private static final int WAITING = 20_000;
  private static final int BATCH = 500;
  private static final int TEXT = 4000;
  private static final long RETRY_MILLIS = 500;

  /// What is kept of packets and reports; moves are kept as long as their machine.
  private static final long KEPT_TRACES = 200_000;

  private static final String INSERT =
      """
      insert into entry
        (at, machine_id, mac, source, actor, text, rule, event, from_state, to_state)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;
  private static final String OF_MACHINE =
      """
      select * from entry
       where id > ? and (machine_id = ?
          or machine_id is null and mac in (select mac from machine_mac where machine_id = ?))
       order by id
       limit ?\
      """;

  private final Database database;
  private final LinkedBlockingQueue<Entry> waiting = new LinkedBlockingQueue<>(WAITING);
  private final List<Consumer<Entry>> listeners = new CopyOnWriteArrayList<>();
  private final Thread writer;
  private volatile boolean open = true;
  private volatile long dropped;

  public EventLog(Database database) {
    this.database = database;
    this.writer = Thread.ofPlatform().name("event-log").daemon(true).start(this::write);
  }

  /// Part of the caller's transaction; tell the listeners with [#published] after it.
  public Entry append(Tx tx, Entry entry) {
    return entry.withId(
        tx.insert(
            INSERT,
            entry.at(),
            entry.machine(),
            entry.mac().map(MacAddress::toString),
            entry.source(),
            cut(entry.actor(), 100),
            cut(entry.text(), TEXT),
            cut(entry.rule(), 1000),
            entry.move().map(Entry.Move::event),
            entry.move().map(move -> move.from().code()),
            entry.move().map(move -> move.to().code())));
  }

  public void published(Entry entry) {
    for (var listener : listeners) {
      listener.accept(entry);
    }
  }

  /// Takes a line without making the caller wait. When more come than can be written the newest are
  /// dropped and counted.
  public void trace(Entry entry) {
    if (!waiting.offer(entry)) {
      dropped++;
    }
  }

  public long dropped() {
    return dropped;
  }

  /// A machine's lines after a position, oldest first, with those of its MACs before it was known.
  public List<Entry> of(MachineId machine, long after, int limit) {
    return database.read(tx ->
        tx.list(
            OF_MACHINE, EventLog::entry, after, machine, machine, Math.clamp(limit, 1, 10_000)));
  }

  /// A machine's newest line.
  public Optional<Entry> last(MachineId machine) {
    return database.read(tx ->
        tx.one(
            "select * from entry where machine_id = ? order by id desc limit 1",
            EventLog::entry,
            machine));
  }

  /// Lines of everything after a position, oldest first.
  public List<Entry> all(long after, int limit) {
    return database.read(tx ->
        tx.list(
            "select * from entry where id > ? order by id limit ?",
            EventLog::entry,
            after,
            Math.clamp(limit, 1, 10_000)));
  }

  /// Hears each line once it is durable; close to stop. Must not block.
  public AutoCloseable listen(Consumer<Entry> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /// When releases began since then, the oldest first; looks no further back than twenty thousand
  /// lines.
  public List<Instant> releasesSince(Instant since) {
    return database.read(tx ->
        tx.list(
            """
            select at from (select * from entry order by id desc limit 20000) latest
            where at >= ? and to_state in (?, ?) and from_state not in (?, ?) order by at\
            """,
            row -> row.getTimestamp(1).toInstant(),
            since,
            State.RELEASING.code(),
            State.DISK_ERASING.code(),
            State.RELEASING.code(),
            State.DISK_ERASING.code()));
  }

  private void write() {
    var batch = new ArrayList<Entry>();
    long untilPruned = BATCH;
    while (open || !waiting.isEmpty()) {
      try {
        var first = waiting.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        waiting.drainTo(batch, BATCH - 1);
        writePatiently(batch);
        untilPruned -= batch.size();
        if (untilPruned <= 0) {
          prune();
          untilPruned = 10_000;
        }
      } catch (InterruptedException _) {
        open = false;
      } catch (RuntimeException e) {
        LOG.error("timeline: {} lines could not be written: {}", batch.size(), e.getMessage());
      }
      batch.clear();
    }
  }

  /// Nothing can be written to a full disk: what comes meanwhile waits, as much as there is room
  /// for.
  private void writePatiently(Collection<Entry> batch) throws InterruptedException {
    while (true) {
      try {
        writeBatch(batch);
        return;
      } catch (UnwritableException e) {
        if (!open) {
          throw e;
        }
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  private void writeBatch(Collection<Entry> batch) {
    var written =
        database.inTransaction(tx -> batch.stream().map(entry -> append(tx, entry)).toList());
    written.forEach(this::published);
  }

  private void prune() {
    database.change(tx ->
        tx.change(
            "delete from entry where event is null and id < (select max(id) from entry) - ?",
            KEPT_TRACES));
  }

  static Entry entry(ResultSet row) throws SQLException {
    var event = Optional.ofNullable(row.getString("event"));
    int from = row.getInt("from_state");
    int to = row.getInt("to_state");
    return new Entry(
        row.getLong("id"),
        row.getTimestamp("at").toInstant(),
        Optional.ofNullable(row.getString("machine_id")).map(MachineId::new),
        Optional.ofNullable(row.getString("mac")).map(MacAddress::parse),
        String.valueOf(row.getString("source")),
        String.valueOf(row.getString("actor")),
        String.valueOf(row.getString("text")),
        String.valueOf(row.getString("rule")),
        event.map(name -> new Entry.Move(name, State.of(from), State.of(to))));
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }

  @Override
  public void close() {
    open = false;
    try {
      writer.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
