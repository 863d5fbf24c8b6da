package io.rackstead.event;

import io.rackstead.machine.MachineId;
import io.rackstead.store.Database;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds lines of the log, page by page in both directions.
public final class EventSearch {
  private static final int BATCH = 2000;
  private final Database database;

  /// Which way to look from a line: that line itself is left out.
  public enum Way {
    OLDER,
    NEWER
  }

  public EventSearch(Database database) {
    this.database = database;
  }

  /// The lines nearest to a position that are wanted, the newest first.
  ///
  /// @param machine the only one whose lines can be wanted, where that is known
  public List<Entry> page(
      Way way, long from, Optional<MachineId> machine, Predicate<Entry> wanted, int limit) {
    var found = new ArrayList<Entry>();
    long at = from;
    while (found.size() < limit) {
      var batch = batch(way, at, machine);
      for (var entry : batch) {
        if (found.size() < limit && wanted.test(entry)) {
          found.add(entry);
        }
      }
      if (batch.size() < BATCH) {
        break;
      }
      at = batch.getLast().id();
    }
    if (way == Way.NEWER) {
      Collections.reverse(found);
    }
    return found;
  }

  private List<Entry> batch(Way way, long from, Optional<MachineId> machine) {
    var where = way == Way.OLDER ? "id < ?" : "id > ?";
    var order = way == Way.OLDER ? " order by id desc limit ?" : " order by id limit ?";
    return database.read(tx ->
        machine.isPresent()
            ? tx.list(
                "select * from entry where " + where + " and machine_id = ?" + order,
                EventLog::entry,
                from,
                machine.get(),
                BATCH)
            : tx.list("select * from entry where " + where + order, EventLog::entry, from, BATCH));
  }
}
