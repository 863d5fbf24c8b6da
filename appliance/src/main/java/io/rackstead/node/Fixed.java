package io.rackstead.node;

import io.rackstead.network.Prefix;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.pxe.Networks;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// An address that stays, for a machine that others find by it: what comes by DHCP becomes one out
/// of the subnet, taken with the deployment and given back with it.
public final class Fixed {
  /// Marks an interface whose link was made so, by the link's number.
  public static final String FIXED = "fixed";

  private Fixed() {}

  /// Unchanged where it has an address of its own, or where others give them out.
  ///
  /// @param seen what each interface was found at lately
  public static Setup over(Setup setup, Topology all, Function<Interface, List<InetAddress>> seen) {
    if (setup.links().anyMatch(Fixed::own)) {
      return setup;
    }
    for (var one : setup.interfaces()) {
      var dhcp = one.links().stream().filter(link -> link.mode() == Link.Mode.DHCP).findFirst();
      var subnet = one.enabled() ? subnet(one, all, seen.apply(one)) : Optional.<Subnet>empty();
      if (dhcp.isPresent() && subnet.isPresent()) {
        return setup.change(one.id(), i -> fixed(i, dhcp.get(), subnet.get()));
      }
    }
    return setup;
  }

  private static boolean own(Link link) {
    return (link.mode() == Link.Mode.AUTO || link.mode() == Link.Mode.STATIC)
        && link.subnet().isPresent();
  }

  /// Where it was seen, else the first of its VLAN.
  private static Optional<Subnet> subnet(Interface one, Topology all, List<InetAddress> seen) {
    var named = one.links().stream().flatMap(link -> link.subnet().stream()).toList();
    return all.subnets().stream()
        .filter(subnet -> given(all, subnet))
        .filter(subnet -> named.isEmpty() || named.contains(subnet.id()))
        .filter(
            subnet -> in(subnet.cidr(), seen) || one.vlan().equals(Optional.of(subnet.vlanId())))
        .min(Comparator.comparing((Subnet subnet) -> !in(subnet.cidr(), seen)));
  }

  private static boolean in(Prefix cidr, List<InetAddress> seen) {
    return seen.stream().anyMatch(cidr::contains);
  }

  /// Addresses there are ours to give.
  private static boolean given(Topology all, Subnet subnet) {
    var vlan = all.vlanOf(subnet);
    return subnet.cidr().v4()
        && subnet.managed()
        && vlan.dhcpOn()
        && vlan.mode() == Networks.Mode.SERVER;
  }

  private static Interface fixed(Interface one, Link dhcp, Subnet subnet) {
    var links =
        one.links().stream()
            .map(link ->
                link.id() == dhcp.id()
                    ? new Link(
                        link.id(), Link.Mode.AUTO, Optional.of(subnet.id()), Optional.empty())
                    : link)
            .toList();
    var params = new TreeMap<>(one.params());
    params.put(FIXED, Long.toString(dhcp.id()));
    return one.withLinks(links).withVlan(Optional.of(subnet.vlanId())).withParams(params);
  }

  /// By DHCP again, what was made so.
  static Interface undone(Interface one) {
    var made = one.params().get(FIXED);
    if (made == null) {
      return one;
    }
    var params = new TreeMap<String, String>(one.params());
    params.remove(FIXED);
    return one.withLinks(
            one.links().stream()
                .map(link ->
                    Long.toString(link.id()).equals(made) && link.mode() == Link.Mode.AUTO
                        ? new Link(link.id(), Link.Mode.DHCP, Optional.empty(), Optional.empty())
                        : link)
                .toList())
        .withParams(Map.copyOf(params));
  }
}
