package io.rackstead.power;

import io.rackstead.agent.Purpose;
import io.rackstead.agent.Sessions;
import io.rackstead.event.Entry;
import io.rackstead.event.EventLog;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Task;
import io.rackstead.store.Database;
import io.rackstead.task.TaskStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A start from the network that no agent came of is made again: firmware that is refused once, as
/// while we were away, goes on to the disk and asks for nothing more. Twice for each thing that was
/// asked of the machine; then its state's deadline decides.
public final class LostBoots {
  /// From a loader's last request to an agent that speaks: a kernel and a RAM system to fetch.
  static final Duration LOADER = Duration.ofMinutes(5);

  /// From power-on to a loader's first request: the self-test of a large server.
  static final Duration FIRMWARE = Duration.ofMinutes(15);

  private static final int MOST = 2;
  private static final Set<String> BOOT_SOURCES = Set.of("dhcp", "tftp", "http");

  private final Machines machines;
  private final EventLog events;
  private final Database database;
  private final TaskStore tasks;
  private final Sessions sessions;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Map<MachineId, Silence> silences = new HashMap<>();

  /// @param since when its last line was first seen to be the last, on a clock that never jumps
  private record Silence(long epoch, long line, long since, int restarts) {}

  public LostBoots(
      Machines machines,
      EventLog events,
      Database database,
      TaskStore tasks,
      Sessions sessions,
      InstantSource clock,
      LongSupplier nanos) {
    this.machines = machines;
    this.events = events;
    this.database = database;
    this.tasks = tasks;
    this.sessions = sessions;
    this.clock = clock;
    this.nanos = nanos;
  }

  /// To be called twice a minute or so, by one thread.
  public void look() {
    var all = machines.list();
    all.stream().filter(this::awaited).forEach(this::look);
    silences
        .keySet()
        .removeIf(id -> machines.find(id).filter(machine -> machine.state().busy()).isEmpty());
  }

  /// Its ephemeral system is to come up, and does not speak.
  private boolean awaited(Machine machine) {
    return machine.state().busy()
        && Purpose.of(machine).isPresent()
        && !machine.deployment().map(d -> d.written()).orElse(false)
        && machine.power().bmc().isPresent()
        && !sessions.alive(machine.id());
  }

  private void look(Machine machine) {
    var last = events.last(machine.id());
    if (last.isEmpty() || database.read(tx -> tasks.waits(tx, machine.id()))) {
      return;
    }
    var silence =
        silences.compute(machine.id(), (_, known) -> silence(machine, last.get().id(), known));
    var patience = BOOT_SOURCES.contains(last.get().source()) ? LOADER : FIRMWARE;
    if (silence.restarts() < MOST && nanos.getAsLong() - silence.since() >= patience.toNanos()) {
      startAgain(machine, last.get(), silence, patience);
    }
  }

  private Silence silence(Machine machine, long line, @Nullable Silence known) {
    if (known == null || known.epoch() != machine.epoch()) {
      return new Silence(machine.epoch(), line, nanos.getAsLong(), 0);
    }
    return known.line() == line
        ? known
        : new Silence(known.epoch(), line, nanos.getAsLong(), known.restarts());
  }

  private void startAgain(Machine machine, Entry last, Silence silence, Duration patience) {
    int times = silence.restarts() + 1;
    silences.put(
        machine.id(), new Silence(silence.epoch(), silence.line(), nanos.getAsLong(), times));
    machines.note(
        machine.id(),
        "no agent %d minutes after its last sign (%s): started from the network again, %d of %d"
            .formatted(patience.toMinutes(), last.source(), times, MOST),
        Actor.rule("lost-boot"),
        tx ->
            tasks.add(
                tx,
                machine.id(),
                machine.epoch(),
                List.of(Task.START_FROM_NETWORK),
                clock.instant()));
    tasks.wake();
  }
}
