package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Leases;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// On which network is this client, and how is that known? A relay says so (link selection, RFC
/// 3527, before giaddr), so does a subnet selection (RFC 3011) and a client that renews (ciaddr);
/// else it is the interface that the message came in on.
///
/// @param why for the operator
record NetworkChoice(Optional<Served> network, String why) {
  static NetworkChoice of(
      DhcpMessage asked, Arrival arrival, List<Served> served, Optional<Leases> leases) {
    var link = asked.relayed() ? RelayInfo.of(asked).link() : Optional.<Inet4Address>empty();
    if (link.isPresent()) {
      return containing(link.get(), served, "the relay selects the link");
    }
    var selected = asked.options().address(DhcpOptions.SUBNET_SELECTION);
    if (selected.isPresent()) {
      return containing(selected.get(), served, "the client selects the subnet");
    }
    if (asked.relayed()) {
      return containing(asked.giaddr(), served, "the relay is");
    }
    var here =
        served.stream()
            .filter(network ->
                arrival.networkInterface().isEmpty()
                    || arrival.networkInterface().get().equals(network.networkInterface()))
            // one that reaches us through a relay alone is not on this wire
            .filter(network -> network.subnet().contains(network.serverAddress()))
            .toList();
    if (asked.hasAddress()) {
      // a renewal through a router arrives on whatever interface the route takes
      var of = containing(asked.ciaddr(), served, "the client is already");
      if (of.network().isPresent()) {
        return of;
      }
    }
    return onTheWire(asked, arrival, here, leases);
  }

  private static NetworkChoice onTheWire(
      DhcpMessage asked, Arrival arrival, List<Served> here, Optional<Leases> leases) {
    var wire = arrival.networkInterface().map(name -> "on " + name).orElse("on the wire");
    if (here.size() < 2) {
      return new NetworkChoice(
          here.stream().findFirst(), here.isEmpty() ? "no network " + wire : "the one " + wire);
    }
    for (var network : here) {
      if (network.reservations().containsKey(asked.chaddr())) {
        return new NetworkChoice(Optional.of(network), "reserved for the client, " + wire);
      }
    }
    for (var network : here) {
      if (leases.flatMap(table -> table.of(asked.chaddr(), network)).isPresent()) {
        return new NetworkChoice(Optional.of(network), "the client had an address there, " + wire);
      }
    }
    // several networks on one wire: the first takes newcomers. Without knowing the wire it would
    // be a guess
    return arrival.networkInterface().isPresent()
        ? new NetworkChoice(Optional.of(here.getFirst()), "the first " + wire + ", for newcomers")
        : new NetworkChoice(Optional.empty(), "several networks and no interface to tell by");
  }

  private static NetworkChoice containing(Inet4Address address, List<Served> served, String what) {
    return new NetworkChoice(
        served.stream().filter(network -> network.subnet().contains(address)).findFirst(),
        what + " in " + address.getHostAddress());
  }
}
