package io.rackstead.agent;

import io.rackstead.machine.MachineId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// How far each machine's present step is: live, in memory, told to whoever watches.
public final class Progresses {
  private final Map<MachineId, Progress> present = new ConcurrentHashMap<>();
  private final List<Consumer<MachineId>> listeners = new CopyOnWriteArrayList<>();

  /// @param total 0 where there is no telling
  /// @param rate bytes a second
  public record Progress(String step, String text, long done, long total, long rate) {}

  public Optional<Progress> of(MachineId machine) {
    return Optional.ofNullable(present.get(machine));
  }

  void set(MachineId machine, Progress progress) {
    present.put(machine, progress);
    listeners.forEach(listener -> listener.accept(machine));
  }

  void clear(MachineId machine) {
    if (present.remove(machine) != null) {
      listeners.forEach(listener -> listener.accept(machine));
    }
  }

  /// Hears of each change; close to stop. Must not block.
  public AutoCloseable listen(Consumer<MachineId> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
