package io.rackstead.pxe;

import io.rackstead.pxe.net.AddressRange6;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An IPv6 network that DHCPv6 speaks on.
///
/// @param networkInterface the interface that the subnet lies on, or that its relay reaches us by
/// @param serverAddress our own address: where boot files are fetched from
/// @param advertised we send router advertisements there that say "ask DHCPv6" and name the prefix
/// @param chains by which loaders firmware boots, as on IPv4
public record Served6(
    String networkInterface,
    Subnet6 subnet,
    Inet6Address serverAddress,
    List<AddressRange6> ranges,
    Map<MacAddress, Inet6Address> reservations,
    List<Inet6Address> dnsServers,
    Optional<String> domain,
    Duration leaseTime,
    boolean advertised,
    OptionTemplates chains) {
  public Served6 {
    ranges = List.copyOf(ranges);
    reservations = Map.copyOf(reservations);
    dnsServers = List.copyOf(dnsServers);
  }
}
