package io.rackstead.network;

import io.rackstead.network.IpRange.Kind;
import io.rackstead.network.ServedNetworks.Known;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.AddressRange6;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What DHCPv6 may do on each wire: the IPv6 subnets of the VLANs with DHCP on, where we have an
/// address. Beside a foreign server (proxy) it keeps silent: DHCPv6 has no such thing.
///
/// @param fixed addresses that machines have by the operator's word, by subnet
record SixNetworks(
    Map<Long, Map<MacAddress, Inet6Address>> fixed,
    Optional<ClientOptions> extras,
    Supplier<String> domain,
    Predicate<InetAddress> resolver) {
  List<Served6> served(Topology all, Known known) {
    var served = new ArrayList<Served6>();
    for (var vlan : all.vlans()) {
      var wire = vlan.dhcpOn() ? Optional.of(vlan) : vlan.relayVlan().flatMap(all::vlan);
      if (wire.filter(Vlan::dhcpOn).filter(at -> at.mode() == Mode.SERVER).isPresent()) {
        for (var subnet : all.subnetsOf(vlan)) {
          one(all, vlan, wire.get(), subnet, known).ifPresent(served::add);
        }
      }
    }
    return List.copyOf(served);
  }

  private record Here(String networkInterface, Inet6Address address) {}

  private Optional<Served6> one(Topology all, Vlan vlan, Vlan wire, Subnet subnet, Known known) {
    int length = subnet.cidr().length();
    if (subnet.cidr().v4() || length < 16 || length > 126) {
      return Optional.empty();
    }
    var of = vlan.id() == wire.id() ? List.of(subnet) : all.subnetsOf(wire);
    return of.stream()
        .flatMap(at -> here(wire, at, known.interfaces()).stream())
        .findFirst()
        .map(here -> served(all, subnet, here, vlan.id() == wire.id(), known));
  }

  private Served6 served(Topology all, Subnet subnet, Here here, boolean onTheWire, Known known) {
    var reservations = new HashMap<>(fixed.getOrDefault(subnet.id(), Map.of()));
    for (var reserved : all.reservedOf(subnet)) {
      if (reserved.ip() instanceof Inet6Address ip) {
        reservations.put(reserved.mac(), ip);
      }
    }
    var name = subnet.dhcpDomain().isEmpty() ? domain.get() : subnet.dhcpDomain();
    return new Served6(
        here.networkInterface(),
        new Subnet6((Inet6Address) subnet.cidr().network(), subnet.cidr().length()),
        here.address(),
        all.rangesOf(subnet).stream()
            .filter(range -> range.kind() == Kind.DYNAMIC)
            .map(range ->
                new AddressRange6((Inet6Address) range.start(), (Inet6Address) range.end()))
            .toList(),
        reservations,
        resolvers(subnet, here.address()),
        Optional.of(name).filter(text -> !text.isEmpty()),
        ServedNetworks.LEASE,
        onTheWire && ClientOptions.advertised(known.told(), subnet),
        extras
            .map(said -> said.of(known.told(), subnet, List.of(), OptionTemplate.NONE))
            .map(SixNetworks::chainsAlone)
            .orElse(OptionTemplates.NONE));
  }

  /// Options are of DHCPv4; by which loaders firmware boots is of both.
  private static OptionTemplates chainsAlone(OptionTemplates said) {
    LoaderChain chain = said.chain();
    return new OptionTemplates(OptionTemplate.NONE, Map.of(), Map.of(), chain, said.chains());
  }

  private List<Inet6Address> resolvers(Subnet subnet, Inet6Address here) {
    boolean ours = subnet.dnsServers().isEmpty() && subnet.allowDns() && resolver.test(here);
    return ours
        ? List.of(here)
        : subnet.dnsServers().stream()
            .filter(Inet6Address.class::isInstance)
            .map(Inet6Address.class::cast)
            .toList();
  }

  private static Optional<Here> here(
      Vlan wire, Subnet subnet, Map<String, List<InetAddress>> known) {
    return known.entrySet().stream()
        .filter(one ->
            wire.networkInterface().isEmpty() || one.getKey().equals(wire.networkInterface()))
        .flatMap(one ->
            one.getValue().stream()
                .filter(Inet6Address.class::isInstance)
                .map(Inet6Address.class::cast)
                .filter(address -> !address.isLinkLocalAddress())
                .filter(subnet.cidr()::contains)
                // without the interface that the host puts behind it
                .map(address -> new Here(one.getKey(), Subnet6.address(address.getAddress()))))
        .findFirst();
  }
}
