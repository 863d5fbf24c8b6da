package io.rackstead.network;

import io.rackstead.pxe.Networks.Mode;
import java.util.Optional;

/// One layer 2 network.
///
/// @param vid 0 for untagged
/// @param relayVlan where a relay brings its DHCP messages to
/// @param networkInterface ours on it, as the configuration says; empty: found by our addresses
public record Vlan(
    long id,
    long fabricId,
    int vid,
    String name,
    String description,
    int mtu,
    boolean dhcpOn,
    Optional<Long> spaceId,
    Optional<Long> relayVlan,
    String networkInterface,
    Mode mode) {
  /// The untagged one of the default fabric.
  public static final long DEFAULT = 5001;

  public Vlan withDhcp(boolean on) {
    return new Vlan(
        id, fabricId, vid, name, description, mtu, on, spaceId, relayVlan, networkInterface, mode);
  }

  public Vlan at(String interfaceName, Mode as) {
    return new Vlan(
        id, fabricId, vid, name, description, mtu, dhcpOn, spaceId, relayVlan, interfaceName, as);
  }
}
