package io.rackstead.task;

import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Holds back mass destruction: of the releases and erasures that were asked for, so many may run
/// at a time and begin in an hour. The rest wait, and say so. Power-offs that people and clients
/// ask for have a measure of their own: those above it are refused.
public final class Brake {
  private static final Duration HOUR = Duration.ofHours(1);

  private final int atATime;
  private final int perHour;
  private final int offsPerHour;
  private final Set<MachineId> running = new HashSet<>();
  private final Deque<Instant> begun;
  private final Deque<Instant> offs = new ArrayDeque<>();

  public Brake(int atATime, int perHour, int offsPerHour) {
    this(atATime, perHour, offsPerHour, List.of());
  }

  /// @param begun when the releases of the last hour began, the oldest first: a restart forgets
  ///   none
  public Brake(int atATime, int perHour, int offsPerHour, List<Instant> begun) {
    this.atATime = atATime;
    this.perHour = perHour;
    this.offsPerHour = offsPerHour;
    this.begun = new ArrayDeque<>(begun);
  }

  /// Whether one more machine may be switched off by request; else why not.
  public synchronized Optional<String> holdsOff(Instant now) {
    forget(offs, now);
    if (offs.size() >= offsPerHour) {
      return Optional.of(
          "held back by the brake: %d power-offs within an hour, %d may (brake.power-offs-per-hour)"
              .formatted(offs.size(), offsPerHour));
    }
    offs.addLast(now);
    return Optional.empty();
  }

  private static void forget(Deque<Instant> times, Instant now) {
    while (!times.isEmpty() && times.peekFirst().plus(HOUR).isBefore(now)) {
      times.removeFirst();
    }
  }

  static boolean destructive(Machine machine) {
    return machine.state() == State.DISK_ERASING || machine.state() == State.RELEASING;
  }

  /// Whether a machine's release may go on; else why not. Asking for one that runs already costs
  /// nothing.
  synchronized Optional<String> holds(Machine machine, Collection<Machine> all, Instant now) {
    running.removeIf(
        id -> all.stream().noneMatch(other -> other.id().equals(id) && destructive(other)));
    forget(begun, now);
    if (running.contains(machine.id())) {
      return Optional.empty();
    }
    if (running.size() >= atATime) {
      return Optional.of(
          "held back by the brake: %d releases run, %d may at a time"
              .formatted(running.size(), atATime));
    }
    if (begun.size() >= perHour) {
      return Optional.of(
          "held back by the brake: %d releases began within an hour, %d may"
              .formatted(begun.size(), perHour));
    }
    running.add(machine.id());
    begun.addLast(now);
    return Optional.empty();
  }
}
