package io.rackstead.maas;

import io.rackstead.maas.Allocation.Candidate;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Lets many allocate at the same moment without all of them running after the same cheapest
/// machine: one that somebody is about to take is passed over, and only asked for again when there
/// is no other. Who really gets it is decided where it is written.
final class Taking {
  private final Set<MachineId> underWay = ConcurrentHashMap.newKeySet();

  /// The first that could be had, as it is then.
  Optional<Candidate> first(
      Iterator<Candidate> fitting, Function<Candidate, Optional<Machine>> take) {
    var passedOver = new ArrayList<Candidate>();
    while (fitting.hasNext()) {
      var candidate = fitting.next();
      var id = candidate.machine().id();
      if (!underWay.add(id)) {
        passedOver.add(candidate);
        continue;
      }
      try {
        var taken = take.apply(candidate);
        if (taken.isPresent()) {
          return taken.map(machine -> new Candidate(machine, candidate.byType()));
        }
      } finally {
        underWay.remove(id);
      }
    }
    for (var candidate : passedOver) {
      var taken = take.apply(candidate);
      if (taken.isPresent()) {
        return taken.map(machine -> new Candidate(machine, candidate.byType()));
      }
    }
    return Optional.empty();
  }
}
