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
import java.util.Optional;
import java.util.Set;

/// Holds back mass destruction: of the releases and erasures that were asked for, so many may run
/// at a time and begin in an hour. The rest wait, and say so.
public final class Brake {
  private static final Duration HOUR = Duration.ofHours(1);

  private final int atATime;
  private final int perHour;
  private final Set<MachineId> running = new HashSet<>();
  private final Deque<Instant> begun = new ArrayDeque<>();

  public Brake(int atATime, int perHour) {
    this.atATime = atATime;
    this.perHour = perHour;
  }

  static boolean destructive(Machine machine) {
    return machine.state() == State.DISK_ERASING || machine.state() == State.RELEASING;
  }

  /// Whether a machine's release may go on; else why not. Asking for one that runs already costs
  /// nothing.
  synchronized Optional<String> holds(Machine machine, Collection<Machine> all, Instant now) {
    running.removeIf(
        id -> all.stream().noneMatch(other -> other.id().equals(id) && destructive(other)));
    while (!begun.isEmpty() && begun.peekFirst().plus(HOUR).isBefore(now)) {
      begun.removeFirst();
    }
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
