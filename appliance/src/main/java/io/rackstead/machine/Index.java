package io.rackstead.machine;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Function;

/// Machines by something that they have: a name, a place, tags. One writer at a time, readers never
/// wait.
final class Index {
  private final Function<Machine, Collection<String>> keys;
  private final Map<String, Set<MachineId>> ids = new ConcurrentHashMap<>();

  Index(Function<Machine, Collection<String>> keys) {
    this.keys = keys;
  }

  Set<MachineId> of(String key) {
    return ids.getOrDefault(key, Set.of());
  }

  void change(MachineId id, Optional<Machine> before, Optional<Machine> after) {
    var had = before.map(keys).map(HashSet::new).orElseGet(HashSet::new);
    var has = after.map(keys).map(HashSet::new).orElseGet(HashSet::new);
    for (var key : has) {
      if (!had.remove(key)) {
        ids.computeIfAbsent(key, _ -> new ConcurrentSkipListSet<>()).add(id);
      }
    }
    for (var key : had) {
      ids.computeIfPresent(
          key,
          (_, left) -> {
            left.remove(id);
            return left.isEmpty() ? null : left;
          });
    }
  }
}
