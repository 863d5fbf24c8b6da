package io.rackstead.assign;

import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.policy.Fact;
import io.rackstead.tag.Facts;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What was read of each machine, as long as there is memory for it and the machine was not
/// changed: a preview of a whole fleet reads ten thousand reports once.
final class KnownFacts {
  private record Known(long version, Map<String, List<Fact>> facts) {}

  private volatile SoftReference<Map<MachineId, Known>> all =
      new SoftReference<>(new ConcurrentHashMap<>());

  Map<String, List<Fact>> of(Machine machine) {
    return known()
        .compute(
            machine.id(),
            (_, before) ->
                before != null && before.version() == machine.version()
                    ? before
                    : new Known(machine.version(), Facts.forPolicies(machine)))
        .facts();
  }

  private Map<MachineId, Known> known() {
    var there = all.get();
    if (there != null) {
      return there;
    }
    var fresh = new ConcurrentHashMap<MachineId, Known>();
    all = new SoftReference<>(fresh);
    return fresh;
  }
}
