package io.rackstead.node;

import io.rackstead.network.Ip;
import io.rackstead.network.Topology;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What the configuration of a machine needs to know of the networks. Written down with a
/// deployment, for what a machine is installed with is fixed when that is asked for.
///
/// @param domain what the machine is in, and where short names are looked for
/// @param ntp whom it is told to ask for the time
public record Around(
    List<Vlan> vlans, List<Subnet> subnets, Optional<String> domain, List<String> ntp) {
  public static final Around NOTHING = new Around(List.of(), List.of());

  public Around(List<Vlan> vlans, List<Subnet> subnets) {
    this(vlans, subnets, Optional.empty(), List.of());
  }

  public record Vlan(long id, int vid, int mtu) {}

  /// @param cidr `10.77.0.0/24`
  /// @param routes to other subnets, by a gateway in this one
  public record Subnet(
      long id,
      String cidr,
      long vlan,
      Optional<String> gateway,
      List<String> dns,
      List<Route> routes) {
    public Subnet {
      dns = List.copyOf(dns);
      // not in what was written before there were any
      routes = Optional.ofNullable(routes).map(List::copyOf).orElse(List.of());
    }

    public boolean v6() {
      return cidr.contains(":");
    }

    public String prefix() {
      return cidr.substring(cidr.indexOf('/') + 1);
    }
  }

  /// @param to `10.30.0.0/24`
  public record Route(String to, String via, int metric) {}

  public Around {
    vlans = List.copyOf(vlans);
    subnets = List.copyOf(subnets);
    // not in what was written before there was any
    ntp = Optional.ofNullable(ntp).map(List::copyOf).orElse(List.of());
  }

  public static Around of(Topology all) {
    return of(all, io.rackstead.network.Subnet::dnsServers);
  }

  /// @param resolvers whom machines in a subnet ask for names
  public static Around of(
      Topology all, Function<io.rackstead.network.Subnet, List<InetAddress>> resolvers) {
    return new Around(
        all.vlans().stream().map(v -> new Vlan(v.id(), v.vid(), v.mtu())).toList(),
        all.subnets().stream()
            .map(s ->
                new Subnet(
                    s.id(),
                    s.cidr().toString(),
                    s.vlanId(),
                    s.gateway().map(Ip::text),
                    resolvers.apply(s).stream().map(Ip::text).toList(),
                    routes(all, s.id())))
            .toList());
  }

  private static List<Route> routes(Topology all, long source) {
    return all.routes().stream()
        .filter(r -> r.sourceId() == source)
        .flatMap(r ->
            all.subnet(r.destinationId()).stream()
                .map(d -> new Route(d.cidr().toString(), Ip.text(r.gateway()), r.metric())))
        .toList();
  }

  public Around in(String newDomain, List<String> newNtp) {
    return new Around(vlans, subnets, Optional.of(newDomain), newNtp);
  }

  /// Only what the machine is on.
  public Around of(Setup setup) {
    return new Around(
        vlans.stream()
            .filter(v ->
                setup.interfaces().stream().anyMatch(i -> i.vlan().equals(Optional.of(v.id()))))
            .toList(),
        subnets.stream()
            .filter(s -> setup.links().anyMatch(l -> l.subnet().equals(Optional.of(s.id()))))
            .toList(),
        domain,
        ntp);
  }

  public Optional<Vlan> vlan(long id) {
    return vlans.stream().filter(v -> v.id() == id).findFirst();
  }

  public Optional<Subnet> subnet(long id) {
    return subnets.stream().filter(s -> s.id() == id).findFirst();
  }
}
