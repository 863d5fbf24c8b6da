package io.rackstead.maas;

import io.rackstead.cluster.Recruiting;
import io.rackstead.http.Problem;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.network.Topology;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// MAAS's words for which machine will do, for those who take machines by other ways than its API.
/// A word that it does not know is refused here.
public final class Constraints implements Recruiting.Fitting {
  private static final Set<String> APART = Set.of("storage", "interfaces");
  private final Allocation allocation;

  /// [Problem] 400 says which word is wrong.
  public Constraints(Map<String, List<String>> wanted, Topology networks) {
    try {
      for (var name : wanted.keySet()) {
        if (!APART.contains(name) && !MachineFilter.knows(name, networks)) {
          throw new Problem(400, "no machine can be asked for '" + name + "'");
        }
      }
      allocation = Allocation.of(wanted, networks);
    } catch (FormErrors e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Stream<Machine> among(Machines machines, Predicate<Machine> free) {
    var each = allocation.among(machines, free);
    return Stream.iterate(each, java.util.Iterator::hasNext, next -> next)
        .map(next -> next.next().machine());
  }

  @Override
  public String nothing(List<Machine> free) {
    return allocation.nothing(free);
  }
}
