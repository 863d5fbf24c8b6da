package io.rackstead.machine;

import io.rackstead.http.Json;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Machines as they are sent. The bytes of each are made once and kept until something changes that
/// they were made of, so that a list of all costs no more than its sending.
///
/// @param <A> what a shape is made of beside the machine; two are compared at every reading, so
///   what is large in it should stay the same object
public final class Renderings<A> {
  private final Machines machines;
  private final Function<Machine, A> around;
  private final BiFunction<Machine, A, Map<String, Object>> shape;
  private final Map<MachineId, Rendered<A>> kept = new ConcurrentHashMap<>();

  private record Rendered<A>(long version, A around, byte[] bytes) {}

  public Renderings(
      Machines machines,
      Function<Machine, A> around,
      BiFunction<Machine, A, Map<String, Object>> shape) {
    this.machines = machines;
    this.around = around;
    this.shape = shape;
    var _ = machines.listen(change -> kept.remove(change.id()));
  }

  public Map<String, Object> shape(Machine machine) {
    return shape.apply(machine, around.apply(machine));
  }

  public byte[] bytes(Machine machine) {
    var now = around.apply(machine);
    var known = kept.get(machine.id());
    if (known != null && known.version() == machine.version() && known.around().equals(now)) {
      return known.bytes();
    }
    var made = new Rendered<>(machine.version(), now, Json.bytes(shape.apply(machine, now)));
    kept.put(machine.id(), made);
    if (machines.find(machine.id()).filter(m -> m.version() == machine.version()).isEmpty()) {
      // changed or removed meanwhile, and nobody would take it out again
      kept.remove(machine.id(), made);
    }
    return made.bytes();
  }
}
