package io.rackstead.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// An IP network on a VLAN.
///
/// @param rdnsMode 0 no reverse names, 1 on, 2 also for parts of a /24 (RFC 2317)
/// @param managed addresses are given out of all of it; else out of reserved ranges only
/// @param dhcpDomain what DHCP tells as domain; empty: the default domain
public record Subnet(
    long id,
    long vlanId,
    String name,
    String description,
    Prefix cidr,
    Optional<InetAddress> gateway,
    List<InetAddress> dnsServers,
    int rdnsMode,
    boolean allowDns,
    boolean allowProxy,
    boolean activeDiscovery,
    boolean managed,
    List<String> disabledBootArchitectures,
    String dhcpDomain) {
  public Subnet {
    dnsServers = List.copyOf(dnsServers);
    disabledBootArchitectures = List.copyOf(disabledBootArchitectures);
  }

  public Subnet on(long otherVlanId) {
    return new Subnet(
        id,
        otherVlanId,
        name,
        description,
        cidr,
        gateway,
        dnsServers,
        rdnsMode,
        allowDns,
        allowProxy,
        activeDiscovery,
        managed,
        disabledBootArchitectures,
        dhcpDomain);
  }
}
