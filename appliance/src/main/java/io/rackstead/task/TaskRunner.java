package io.rackstead.task;

import io.rackstead.bmc.BmcException;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import io.rackstead.store.UnwritableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries tasks out: those of one machine one after another, machines side by side. A task whose
/// machine has moved on is dropped; one that failed for a passing reason is tried again, with
/// growing pauses; any other failure is the machine's. It also keeps the deadlines of busy states.
public final class TaskRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);
  private static final int TRIES = 6;
  private static final long TICK_MILLIS = 1000;

  /// What a machine has at least after a start: while the appliance was away it could not report.
  private static final Duration GRACE = Duration.ofMinutes(5);

  private final Machines machines;
  private final Database database;
  private final TaskStore store;
  private final InstantSource clock;
  private final Handler handler;
  private final BooleanSupplier held;
  private final Brake brake;
  private final Executor workers;
  private final LongSupplier nanos;
  private final long graceUntil;
  private final Set<MachineId> running = ConcurrentHashMap.newKeySet();
  private final Map<MachineId, Watch> watches = new ConcurrentHashMap<>();
  private final Thread loop;
  private volatile boolean open = true;
  private volatile Function<Machine, Optional<String>> above = _ -> Optional.empty();

  /// Makes what the task says so, and answers what happened. It looks at the world before it acts,
  /// for it may be called again for what it has done already.
  @FunctionalInterface
  public interface Handler {
    Optional<Event> handle(Machine machine, TaskStore.Row row);
  }

  /// A deadline on the monotonic clock: a jump of the wall clock fails nobody.
  private record Watch(Instant deadline, long nanos) {}

  /// @param held nothing is carried out and no deadline elapses while it is so
  public TaskRunner(
      Machines machines,
      Database database,
      TaskStore store,
      InstantSource clock,
      Handler handler,
      BooleanSupplier held,
      Brake brake) {
    this(
        machines,
        database,
        store,
        clock,
        handler,
        held,
        brake,
        task -> Thread.ofVirtual().name("task").start(task),
        System::nanoTime,
        GRACE);
  }

  /// @param workers carries tasks out; those that are given to it may take minutes
  /// @param nanos a clock that never jumps
  /// @param grace how long after the start no deadline that passed before it fails a machine
  public TaskRunner(
      Machines machines,
      Database database,
      TaskStore store,
      InstantSource clock,
      Handler handler,
      BooleanSupplier held,
      Brake brake,
      Executor workers,
      LongSupplier nanos,
      Duration grace) {
    this.machines = machines;
    this.database = database;
    this.store = store;
    this.clock = clock;
    this.handler = handler;
    this.held = held;
    this.brake = brake;
    this.workers = workers;
    this.nanos = nanos;
    this.graceUntil = nanos.getAsLong() + grace.toNanos();
    this.loop = Thread.ofPlatform().name("tasks").daemon(true).unstarted(this::loop);
  }

  /// Who is asked before a release goes on: why the layer above has the machine yet.
  public void heldFromAbove(Function<Machine, Optional<String>> holds) {
    above = holds;
  }

  public void start() {
    loop.start();
  }

  private void loop() {
    while (open) {
      try {
        store.awaitNews(TICK_MILLIS);
        round();
      } catch (InterruptedException _) {
        return;
      } catch (UnwritableException e) {
        LOG.debug("tasks: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("tasks: the round failed and is tried again: {}", e.getMessage(), e);
      }
    }
  }

  /// Begins what is due and looks at the deadlines.
  public void round() {
    // without a disk to write what came of it on, nothing is begun
    if (held.getAsBoolean() || database.trouble().isPresent()) {
      return;
    }
    var now = clock.instant();
    var first = new HashSet<MachineId>();
    for (var row : database.read(store::all)) {
      if (first.add(row.machine())
          && !row.dueAt().isAfter(now)
          && !braked(row, now)
          && running.add(row.machine())) {
        workers.execute(() -> run(row));
      }
    }
    machines.list().forEach(this::keepDeadline);
  }

  /// A release that the brake holds waits, its patience renewed, and its machine says why.
  private boolean braked(TaskStore.Row row, Instant now) {
    var machine =
        machines
            .find(row.machine())
            .filter(shown -> shown.epoch() == row.epoch())
            .or(() -> machines.stored(row.machine()));
    if (machine.isEmpty()
        || machine.get().epoch() != row.epoch()
        || !Brake.destructive(machine.get())) {
      return false;
    }
    var why = above.apply(machine.get()).or(() -> brake.holds(machine.get(), machines.list(), now));
    why.filter(words -> !machine.get().standing().message().equals(words))
        .ifPresent(words ->
            machines.apply(row.machine(), new Event.Progressed(words), Actor.rule("brake")));
    return why.isPresent();
  }

  private void run(TaskStore.Row row) {
    try {
      var machine = machines.stored(row.machine());
      if (machine.isEmpty() || machine.get().epoch() != row.epoch()) {
        database.change(tx -> store.done(tx, row));
        return;
      }
      var event = handler.handle(machine.get(), row);
      finish(row, event);
    } catch (UnwritableException e) {
      LOG.warn(
          "machine={} task={} is done again later: {}", row.machine(), row.task(), e.getMessage());
    } catch (BmcException e) {
      failed(row, e, e.kind().passing() && row.tries() + 1 < TRIES);
    } catch (RuntimeException e) {
      failed(row, e, false);
    } finally {
      running.remove(row.machine());
      store.wake();
    }
  }

  private void finish(TaskStore.Row row, Optional<Event> event) {
    if (event.isEmpty()) {
      database.change(tx -> store.done(tx, row));
      return;
    }
    var outcome =
        machines.apply(row.machine(), event.get(), Actor.APPLIANCE, tx -> store.done(tx, row));
    if (outcome instanceof io.rackstead.machine.Outcome.Refused) {
      database.change(tx -> store.done(tx, row));
    }
  }

  private void failed(TaskStore.Row row, RuntimeException e, boolean again) {
    var what = String.valueOf(e.getMessage());
    if (again) {
      var pause = Duration.ofSeconds(Math.min(60, 2L << row.tries()));
      LOG.warn(
          "machine={} task={} try={} again in {} s: {}",
          row.machine(),
          row.task(),
          row.tries() + 1,
          pause.toSeconds(),
          what);
      database.change(tx -> store.later(tx, row, clock.instant().plus(pause), what));
      return;
    }
    LOG.error(
        "machine={} task={} failed: {}",
        row.machine(),
        row.task(),
        what,
        e instanceof BmcException ? null : e);
    finish(row, Optional.of(new Event.Failed(what)));
  }

  private void keepDeadline(Machine machine) {
    var deadline = machine.standing().deadline();
    if (deadline.isEmpty()) {
      watches.remove(machine.id());
      return;
    }
    var watch =
        watches.compute(
            machine.id(),
            (_, old) ->
                old != null && old.deadline().equals(deadline.get())
                    ? old
                    : watch(machine, deadline.get()));
    if (nanos.getAsLong() - watch.nanos() >= 0) {
      machines.apply(
          machine.id(),
          new Event.Failed(
              "no sign of life for %d minutes while %s"
                  .formatted(
                      machine.state().patience().orElse(Duration.ZERO).toMinutes(),
                      machine.state().title())),
          Actor.rule("deadline"));
    }
  }

  private Watch watch(Machine machine, Instant deadline) {
    long end = nanos.getAsLong() + left(machine).toNanos();
    return new Watch(deadline, end - graceUntil < 0 ? graceUntil : end);
  }

  /// What is left of the patience, never more than all of it, whatever the wall clock says.
  private Duration left(Machine machine) {
    var patience = machine.state().patience().orElse(Duration.ZERO);
    var left =
        Duration.between(clock.instant(), machine.standing().deadline().orElse(Instant.EPOCH));
    return left.compareTo(patience) > 0 ? patience : left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public void close() {
    open = false;
    loop.interrupt();
    try {
      loop.join(3000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
