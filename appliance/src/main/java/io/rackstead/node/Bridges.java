package io.rackstead.node;

import io.rackstead.network.Rejected;
import io.rackstead.node.Interface.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// A bridge on every interface that is on a network, for a machine whose guests are to be on those
/// networks too (`bridge_all`). They are of that allocation, and go with its release.
public final class Bridges {
  /// Marks those that were made so.
  public static final String ACQUIRED = "acquired";

  private static final int LONGEST = 15;

  private Bridges() {}

  /// @param asked `bridge_type`, `bridge_stp`, `bridge_fd`
  public static Setup over(Setup setup, Map<String, String> asked, LongSupplier numbers) {
    var params = Wiring.params(Kind.BRIDGE, Map.of(ACQUIRED, "true"), asked);
    var parents = new ArrayList<Interface>();
    var bridges = new ArrayList<Interface>();
    for (var one : setup.interfaces()) {
      boolean bridged = setup.childrenOf(one).stream().anyMatch(c -> c.kind() == Kind.BRIDGE);
      boolean on = one.links().stream().anyMatch(l -> l.mode() != Link.Mode.LINK_UP);
      if (one.kind() == Kind.BRIDGE || bridged || !on || !one.enabled()) {
        parents.add(one);
        continue;
      }
      var name = name(one.name());
      if (setup.named(name).isPresent()) {
        throw new Rejected(
            "bridge_all", "%s exists: no bridge can be made on %s.".formatted(name, one.name()));
      }
      parents.add(one.withLinks(List.of()));
      bridges.add(
          new Interface(
              numbers.getAsLong(),
              name,
              Kind.BRIDGE,
              one.mac(),
              true,
              List.of(),
              one.vlan(),
              List.of(one.id()),
              one.links(),
              one.mtu(),
              one.connected(),
              one.speedMbps(),
              params));
    }
    parents.addAll(bridges);
    return setup.withInterfaces(parents);
  }

  /// `br-ens3`; of a longer name its end, which tells it from others.
  private static String name(String of) {
    return of.length() + 3 <= LONGEST ? "br-" + of : "b-" + of.substring(of.length() - 13);
  }

  /// Without them: what they had is on their interfaces again.
  static Setup removed(Setup setup) {
    var left = new ArrayList<Interface>();
    for (var one : setup.interfaces()) {
      if (one.params().containsKey(ACQUIRED)) {
        continue;
      }
      var links =
          setup.childrenOf(one).stream()
              .filter(c -> c.params().containsKey(ACQUIRED))
              .flatMap(c -> c.links().stream())
              .toList();
      left.add(links.isEmpty() ? one : one.withLinks(links));
    }
    return setup.withInterfaces(left);
  }
}
