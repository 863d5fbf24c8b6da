package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Leases;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// On which network is this client? A relay says so (giaddr), a client that renews does too
/// (ciaddr); else it is the interface that the message came in on.
final class NetworkChoice {
  private NetworkChoice() {}

  static Optional<Served> of(
      DhcpMessage asked, Arrival arrival, List<Served> served, Optional<Leases> leases) {
    if (asked.relayed()) {
      return containing(asked.giaddr(), served);
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
      var of = containing(asked.ciaddr(), served);
      if (of.isPresent()) {
        return of;
      }
    }
    if (here.size() < 2) {
      return here.stream().findFirst();
    }
    return here.stream()
        .filter(network -> network.reservations().containsKey(asked.chaddr()))
        .findFirst()
        .or(() ->
            here.stream()
                .filter(network -> leases.flatMap(t -> t.of(asked.chaddr(), network)).isPresent())
                .findFirst())
        // several networks on one wire: the first takes newcomers. Without knowing the wire it
        // would be a guess
        .or(() -> here.stream().filter(_ -> arrival.networkInterface().isPresent()).findFirst());
  }

  private static Optional<Served> containing(Inet4Address address, List<Served> served) {
    return served.stream().filter(network -> network.subnet().contains(address)).findFirst();
  }
}
