package io.rackstead.maas;

import io.rackstead.bmc.libvirt.Wire;
import io.rackstead.network.Rejected;
import io.rackstead.network.Topology;
import io.rackstead.node.Interface;
import io.rackstead.vmhost.VmHost;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which bridge of a VM host is on a network: known of those hosts that are machines of ours.
final class HostBridges {
  private HostBridges() {}

  /// @param interfaces of the machine that the host is; empty: it is none of ours
  /// @param keys MAAS's words for an interface: `subnet`, `vlan`, `fabric`, `space`, …
  static String named(
      VmHost host,
      Optional<List<Interface>> interfaces,
      Topology networks,
      Map<String, String> keys) {
    var own =
        interfaces.orElseThrow(() ->
            new Rejected(
                "interfaces",
                host.name()
                    + " is no machine of ours, so what its bridges are connected with is not known:"
                    + " name one, as eth0:bridge=br0, or a network of libvirt's, as"
                    + " eth0:network=default."));
    return own.stream()
        .filter(one -> one.kind() == Interface.Kind.BRIDGE)
        .filter(one -> InterfaceFilter.fits(networks, one, keys))
        .map(Interface::name)
        .filter(name -> there(host, name))
        .findFirst()
        .orElseThrow(() ->
            new Rejected("interfaces", "%s has no bridge with %s.".formatted(host.name(), keys)));
  }

  private static boolean there(VmHost host, String name) {
    return host.seen().wires().stream()
        .anyMatch(wire -> wire.kind() == Wire.Kind.BRIDGE && wire.name().equals(name));
  }
}
