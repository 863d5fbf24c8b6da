package io.rackstead.node;

import io.rackstead.pxe.net.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network interface: what the hardware has, or what is made of others.
///
/// @param vlan the number of the VLAN it is on; empty when it is on none that we know
/// @param parents numbers of the interfaces that it is made of
/// @param mtu 0: its VLAN's
/// @param params what its kind takes: `bond_mode`, `bridge_stp`, `accept_ra`
public record Interface(
    long id,
    String name,
    Kind kind,
    Optional<MacAddress> mac,
    boolean enabled,
    List<String> tags,
    Optional<Long> vlan,
    List<Long> parents,
    List<Link> links,
    int mtu,
    boolean connected,
    int speedMbps,
    Map<String, String> params) {
  public enum Kind {
    PHYSICAL,
    BOND,
    BRIDGE,
    VLAN
  }

  public Interface {
    tags = List.copyOf(tags);
    parents = List.copyOf(parents);
    links = List.copyOf(links);
    params = Map.copyOf(params);
  }

  public Interface withLinks(List<Link> newLinks) {
    return new Interface(
        id, name, kind, mac, enabled, tags, vlan, parents, newLinks, mtu, connected, speedMbps,
        params);
  }

  public Interface withVlan(Optional<Long> newVlan) {
    return new Interface(
        id, name, kind, mac, enabled, tags, newVlan, parents, links, mtu, connected, speedMbps,
        params);
  }

  public Interface withTags(List<String> newTags) {
    return new Interface(
        id, name, kind, mac, enabled, newTags, vlan, parents, links, mtu, connected, speedMbps,
        params);
  }

  public Interface withParams(Map<String, String> newParams) {
    return new Interface(
        id, name, kind, mac, enabled, tags, vlan, parents, links, mtu, connected, speedMbps,
        newParams);
  }

  /// What the hardware says of it now.
  Interface seen(boolean nowConnected, int nowSpeed) {
    return new Interface(
        id,
        name,
        kind,
        mac,
        enabled,
        tags,
        vlan,
        parents,
        links,
        mtu,
        nowConnected,
        nowSpeed,
        params);
  }
}
