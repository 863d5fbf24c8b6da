package io.rackstead.network;

import io.rackstead.dns.DnsName;
import io.rackstead.network.IpRange.Kind;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What may stand beside what. Each says which field is wrong and why.
public final class NetworkRules {
  private static final int NAME = 256;
  private static final int TEXT = 1000;

  private NetworkRules() {}

  static void check(Topology all, Fabric fabric) {
    name(fabric.name());
    text("class_type", fabric.classType(), NAME);
    text("description", fabric.description(), TEXT);
    if (all.fabrics().stream()
        .anyMatch(f -> f.id() != fabric.id() && f.name().equals(fabric.name()))) {
      throw new Rejected("name", "Fabric with this Name already exists.");
    }
  }

  static void check(Topology all, Space space) {
    name(space.name());
    text("description", space.description(), TEXT);
    if (space.name().equals("undefined")) {
      throw new Rejected("name", "The name 'undefined' means VLANs without a space.");
    }
    if (all.spaces().stream()
        .anyMatch(s -> s.id() != space.id() && s.name().equals(space.name()))) {
      throw new Rejected("name", "Space with this Name already exists.");
    }
  }

  static void check(Topology all, Vlan vlan) {
    name(vlan.name());
    text("description", vlan.description(), TEXT);
    if (vlan.vid() < 0 || vlan.vid() > 4094) {
      throw new Rejected("vid", "VID must be between 0 and 4094.");
    }
    if (vlan.mtu() < 552 || vlan.mtu() > 65535) {
      throw new Rejected("mtu", "MTU must be between 552 and 65535.");
    }
    if (all.fabric(vlan.fabricId()).isEmpty()) {
      throw new Rejected("fabric", "There is no fabric " + vlan.fabricId() + ".");
    }
    all.vlan(vlan.fabricId(), vlan.vid())
        .filter(other -> other.id() != vlan.id())
        .ifPresent(other -> {
          throw new Rejected(
              "vid", "A VLAN with the specified VID already exists in the destination fabric.");
        });
    all.vlan(vlan.id())
        .filter(was -> was.vid() == 0 && (vlan.vid() != 0 || was.fabricId() != vlan.fabricId()))
        .ifPresent(was -> {
          throw new Rejected("vid", "The untagged VLAN of a fabric stays with it.");
        });
    vlan.spaceId()
        .filter(id -> all.space(id).isEmpty())
        .ifPresent(id -> {
          throw new Rejected("space", "There is no space " + id + ".");
        });
    vlan.relayVlan().ifPresent(id -> relay(all, vlan, id));
    if (vlan.dhcpOn()) {
      servable(all, vlan);
    }
  }

  private static void relay(Topology all, Vlan vlan, long id) {
    var target = all.vlan(id);
    if (target.isEmpty() || id == vlan.id() || target.get().relayVlan().isPresent()) {
      throw new Rejected("relay_vlan", "A VLAN relays to another VLAN that does not relay itself.");
    }
    if (vlan.dhcpOn()) {
      throw new Rejected("dhcp_on", "DHCP is either served or relayed: switch one of them off.");
    }
    if (all.vlans().stream().anyMatch(v -> v.relayVlan().equals(Optional.of(vlan.id())))) {
      throw new Rejected("relay_vlan", "Another VLAN relays to this one.");
    }
  }

  private static void servable(Topology all, Vlan vlan) {
    var subnets = all.subnetsOf(vlan);
    boolean gives =
        vlan.mode() == io.rackstead.pxe.Networks.Mode.PROXY
            || subnets.stream()
                .anyMatch(s ->
                    all.rangesOf(s).stream().anyMatch(r -> r.kind() == Kind.DYNAMIC)
                        || !all.reservedOf(s).isEmpty());
    if (!gives) {
      throw new Rejected(
          "dhcp_on", "dhcp can only be turned on when a dynamic IP range is defined.");
    }
  }

  static void check(Topology all, Subnet subnet) {
    name(subnet.name());
    text("description", subnet.description(), TEXT);
    if (all.vlan(subnet.vlanId()).isEmpty()) {
      throw new Rejected("vlan", "There is no VLAN " + subnet.vlanId() + ".");
    }
    int length = subnet.cidr().length();
    if (length == 0 || (subnet.cidr().v4() && length < 8)) {
      throw new Rejected("cidr", "A subnet as wide as /" + length + " cannot be managed.");
    }
    if (subnet.cidr().network().isMulticastAddress()) {
      throw new Rejected("cidr", subnet.cidr() + " is not for machines.");
    }
    for (var other : all.subnets()) {
      if (other.id() != subnet.id() && other.cidr().overlaps(subnet.cidr())) {
        throw new Rejected(
            "cidr",
            other.cidr().equals(subnet.cidr())
                ? "Subnet with this Cidr already exists."
                : "%s overlaps subnet %s (%s)."
                    .formatted(subnet.cidr(), other.name(), other.cidr()));
      }
    }
    subnet
        .gateway()
        .ifPresent(gateway -> {
          // an IPv6 router is often known by its link-local address
          if (!subnet.cidr().contains(gateway) && !gateway.isLinkLocalAddress()) {
            throw new Rejected("gateway_ip", "Gateway IP must be within CIDR range.");
          }
        });
    if (subnet.rdnsMode() < 0 || subnet.rdnsMode() > 2) {
      throw new Rejected("rdns_mode", "'" + subnet.rdnsMode() + "' is not 0, 1 or 2.");
    }
    var taken =
        all.rangesOf(subnet).stream()
            .filter(r -> !subnet.cidr().contains(r.start()) || !subnet.cidr().contains(r.end()))
            .findFirst();
    if (taken.isPresent()) {
      throw new Rejected("cidr", "It has the range " + words(taken.get()) + ": remove that first.");
    }
    all.reservedOf(subnet).stream()
        .filter(r -> !subnet.cidr().contains(r.ip()))
        .findFirst()
        .ifPresent(r -> {
          throw new Rejected("cidr", "It has the reserved address " + Ip.text(r.ip()) + ".");
        });
  }

  static void check(Topology all, IpRange range, List<IpAddress> addresses) {
    var subnet =
        all.subnet(range.subnetId())
            .orElseThrow(() -> new Rejected("subnet", "There is no such subnet."));
    text("comment", range.comment(), 255);
    inside(subnet, "start_ip", range.start());
    inside(subnet, "end_ip", range.end());
    if (Ip.number(range.start()).compareTo(Ip.number(range.end())) > 0) {
      throw new Rejected("__all__", "End IP address must not be less than Start IP address.");
    }
    for (var other : all.rangesOf(subnet)) {
      if (other.id() != range.id() && other.overlaps(range)) {
        throw new Rejected(
            "__all__",
            "Requested %s range conflicts with the %s range %s."
                .formatted(word(range.kind()), word(other.kind()), words(other)));
      }
    }
    if (range.kind() == Kind.DYNAMIC) {
      all.reservedOf(subnet).stream()
          .filter(r -> range.contains(r.ip()))
          .findFirst()
          .ifPresent(r -> {
            throw new Rejected(
                "__all__",
                "Requested dynamic range conflicts with the reserved address %s of %s."
                    .formatted(Ip.text(r.ip()), r.mac()));
          });
      addresses.stream()
          .filter(a -> range.contains(a.ip()) && a.kind() != IpAddress.Kind.DHCP)
          .findFirst()
          .ifPresent(a -> {
            throw new Rejected(
                "__all__",
                "Requested dynamic range conflicts with the address %s that is in use."
                    .formatted(Ip.text(a.ip())));
          });
    }
  }

  static void check(Topology all, ReservedIp reserved, List<IpAddress> addresses) {
    var subnet =
        all.subnet(reserved.subnetId())
            .orElseThrow(() -> new Rejected("subnet", "There is no such subnet."));
    text("comment", reserved.comment(), 255);
    inside(subnet, "ip", reserved.ip());
    if (reserved.mac().multicast()) {
      throw new Rejected("mac_address", reserved.mac() + " is a group address.");
    }
    for (var other : all.reserved()) {
      if (other.id() != reserved.id() && other.ip().equals(reserved.ip())) {
        throw new Rejected("ip", "Reserved IP with this IP address already exists.");
      }
      if (other.id() != reserved.id()
          && other.subnetId() == subnet.id()
          && other.mac().equals(reserved.mac())) {
        throw new Rejected(
            "mac_address",
            "%s has %s reserved in %s already."
                .formatted(other.mac(), Ip.text(other.ip()), subnet.cidr()));
      }
    }
    all.rangesOf(subnet).stream()
        .filter(r -> r.kind() == Kind.DYNAMIC && r.contains(reserved.ip()))
        .findFirst()
        .ifPresent(r -> {
          throw new Rejected(
              "ip", "The reserved IP must be outside the dynamic range " + words(r) + ".");
        });
    addresses.stream()
        .filter(a -> a.ip().equals(reserved.ip()) && !a.mac().equals(Optional.of(reserved.mac())))
        .findFirst()
        .ifPresent(a -> {
          throw new Rejected("ip", Ip.text(a.ip()) + " is in use already.");
        });
  }

  static void check(Topology all, StaticRoute route) {
    var source =
        all.subnet(route.sourceId())
            .orElseThrow(() -> new Rejected("source", "There is no such subnet."));
    var destination =
        all.subnet(route.destinationId())
            .orElseThrow(() -> new Rejected("destination", "There is no such subnet."));
    if (source.id() == destination.id()) {
      throw new Rejected("__all__", "source and destination cannot be the same subnet.");
    }
    if (source.cidr().v4() != destination.cidr().v4()) {
      throw new Rejected("__all__", "source and destination must be the same IP version.");
    }
    if (!source.cidr().contains(route.gateway())) {
      throw new Rejected("gateway_ip", "gateway_ip must be with in the source subnet.");
    }
    if (route.metric() < 0) {
      throw new Rejected("metric", "Ensure this value is greater than or equal to 0.");
    }
    if (all.routes().stream()
        .anyMatch(r ->
            r.id() != route.id()
                && r.sourceId() == route.sourceId()
                && r.destinationId() == route.destinationId()
                && r.gateway().equals(route.gateway()))) {
      throw new Rejected("__all__", "This route is there already.");
    }
  }

  static void check(Topology all, Domain domain) {
    if (domain.name().isEmpty()) {
      throw new Rejected("name", "This field is required.");
    }
    if (!DnsName.valid(domain.name())
        || !domain.name().matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?")) {
      throw new Rejected("name", "Invalid domain name: " + domain.name() + ".");
    }
    if (all.domains().stream()
        .anyMatch(d -> d.id() != domain.id() && d.name().equalsIgnoreCase(domain.name()))) {
      throw new Rejected("name", "Domain with this Name already exists.");
    }
    ttl("ttl", domain.ttl());
    if (domain.authoritative() && !domain.forward().isEmpty()) {
      throw new Rejected(
          "__all__", "a domain cannot be both authoritative and have forward DNS servers.");
    }
  }

  /// RFC 2181 §8, and a week at most.
  public static void ttl(String field, Optional<Integer> ttl) {
    if (ttl.isPresent() && (ttl.get() < 1 || ttl.get() > 604_800)) {
      throw new Rejected(field, "Ensure this value is between 1 and 604800.");
    }
  }

  static void inside(Subnet subnet, String field, InetAddress address) {
    if (!subnet.cidr().contains(address)) {
      throw new Rejected(
          field, "%s is not within subnet CIDR: %s".formatted(Ip.text(address), subnet.cidr()));
    }
  }

  static String words(IpRange range) {
    return Ip.text(range.start()) + "-" + Ip.text(range.end());
  }

  private static String word(Kind kind) {
    return kind == Kind.DYNAMIC ? "dynamic" : "reserved";
  }

  private static void name(String name) {
    if (name.isBlank()) {
      throw new Rejected("name", "This field is required.");
    }
    text("name", name, NAME);
  }

  private static void text(String field, String text, int limit) {
    if (text.length() > limit) {
      throw new Rejected(field, "Ensure this value has at most " + limit + " characters.");
    }
    if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t')
        || (field.equals("name") && text.chars().anyMatch(Character::isISOControl))) {
      throw new Rejected(field, "Control characters are not allowed.");
    }
  }
}
