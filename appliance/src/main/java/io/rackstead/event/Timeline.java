package io.rackstead.event;

import io.rackstead.event.Phases.Phase;
import io.rackstead.machine.MachineId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One machine's lines of all sources on one clock, and the phases of its boots.
public final class Timeline {
  private static final int PAGE = 5000;

  /// So many machines' phases are remembered; others are read again when somebody looks.
  private static final int KEPT = 2000;

  private final EventLog log;
  private final Map<MachineId, Read> read = new ConcurrentHashMap<>();

  private static final class Read {
    private final Phases phases = new Phases();
    private long last;
  }

  public Timeline(EventLog log) {
    this.log = log;
  }

  List<Entry> entries(MachineId machine, long after, int limit) {
    return log.of(machine, after, limit);
  }

  List<Phase> phases(MachineId machine) {
    if (read.size() > KEPT) {
      read.clear();
    }
    var known = read.computeIfAbsent(machine, _ -> new Read());
    synchronized (known) {
      List<Entry> page;
      do {
        page = log.of(machine, known.last, PAGE);
        for (var entry : page) {
          known.phases.add(entry);
          known.last = entry.id();
        }
      } while (page.size() == PAGE);
      return known.phases.list();
    }
  }

  static Map<String, Object> shown(Entry entry) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", Long.toString(entry.id()));
    shown.put("at", entry.at().truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
    shown.put("source", entry.source());
    shown.put("text", entry.text());
    shown.put("rule", entry.rule());
    shown.put("actor", entry.actor());
    return shown;
  }
}
