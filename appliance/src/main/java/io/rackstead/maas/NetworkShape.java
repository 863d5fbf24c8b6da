package io.rackstead.maas;

import io.rackstead.network.Fabric;
import io.rackstead.network.Ip;
import io.rackstead.network.IpRange;
import io.rackstead.network.ReservedIp;
import io.rackstead.network.Space;
import io.rackstead.network.StaticRoute;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.network.Vlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Networks in MAAS's shape.
final class NetworkShape {
  static final String NO_SPACE = "undefined";

  private NetworkShape() {}

  static Map<String, Object> vlan(Topology all, Vlan vlan) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", vlan.id());
    shape.put("vid", vlan.vid());
    shape.put("name", vlan.name());
    shape.put("description", vlan.description());
    shape.put("fabric", all.fabric(vlan.fabricId()).map(Fabric::name).orElse(""));
    shape.put("fabric_id", vlan.fabricId());
    shape.put("mtu", vlan.mtu());
    shape.put("dhcp_on", vlan.dhcpOn());
    shape.put("external_dhcp", Optional.empty());
    shape.put("primary_rack", Optional.empty());
    shape.put("secondary_rack", Optional.empty());
    shape.put("relay_vlan", vlan.relayVlan().flatMap(all::vlan).map(v -> vlan(all, v)));
    shape.put("space", space(all, vlan));
    shape.put("resource_uri", Dispatch.ROOT + "vlans/" + vlan.id() + "/");
    return shape;
  }

  static String space(Topology all, Vlan vlan) {
    return vlan.spaceId().flatMap(all::space).map(Space::name).orElse(NO_SPACE);
  }

  static Map<String, Object> fabric(Topology all, Fabric fabric) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", fabric.id());
    shape.put("name", fabric.name());
    shape.put("class_type", Optional.of(fabric.classType()).filter(text -> !text.isEmpty()));
    shape.put("description", fabric.description());
    shape.put("vlans", all.vlansOf(fabric).stream().map(v -> vlan(all, v)).toList());
    shape.put("resource_uri", Dispatch.ROOT + "fabrics/" + fabric.id() + "/");
    return shape;
  }

  static Map<String, Object> subnet(Topology all, Subnet subnet) {
    var vlan = all.vlanOf(subnet);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", subnet.id());
    shape.put("name", subnet.name());
    shape.put("description", subnet.description());
    shape.put("cidr", subnet.cidr().toString());
    shape.put("vlan", vlan(all, vlan));
    shape.put("space", space(all, vlan));
    shape.put("gateway_ip", subnet.gateway().map(Ip::text));
    shape.put("dns_servers", subnet.dnsServers().stream().map(Ip::text).toList());
    shape.put("rdns_mode", subnet.rdnsMode());
    shape.put("allow_dns", subnet.allowDns());
    shape.put("allow_proxy", subnet.allowProxy());
    shape.put("active_discovery", subnet.activeDiscovery());
    shape.put("managed", subnet.managed());
    shape.put("disabled_boot_architectures", subnet.disabledBootArchitectures());
    shape.put("resource_uri", Dispatch.ROOT + "subnets/" + subnet.id() + "/");
    return shape;
  }

  static Map<String, Object> space(Topology all, Space space) {
    return space(
        all,
        space.id(),
        space.name(),
        space.description(),
        all.vlans().stream().filter(v -> v.spaceId().equals(Optional.of(space.id()))).toList());
  }

  /// The VLANs that are in no space.
  static Map<String, Object> noSpace(Topology all) {
    return space(
        all, -1, NO_SPACE, "", all.vlans().stream().filter(v -> v.spaceId().isEmpty()).toList());
  }

  private static Map<String, Object> space(
      Topology all, long id, String name, String description, List<Vlan> vlans) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", id);
    shape.put("name", name);
    shape.put("description", description);
    shape.put("vlans", vlans.stream().map(v -> vlan(all, v)).toList());
    shape.put(
        "subnets",
        vlans.stream().flatMap(v -> all.subnetsOf(v).stream()).map(s -> subnet(all, s)).toList());
    shape.put("resource_uri", Dispatch.ROOT + "spaces/" + id + "/");
    return shape;
  }

  static Map<String, Object> range(Topology all, IpRange range) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", range.id());
    shape.put("type", range.kind().name().toLowerCase(Locale.ROOT));
    shape.put("start_ip", Ip.text(range.start()));
    shape.put("end_ip", Ip.text(range.end()));
    shape.put("comment", range.comment());
    shape.put("user", owner(range.username()));
    shape.put("subnet", all.subnet(range.subnetId()).map(s -> subnet(all, s)));
    shape.put("resource_uri", Dispatch.ROOT + "ipranges/" + range.id() + "/");
    return shape;
  }

  static Optional<Map<String, Object>> owner(String username) {
    if (username.isEmpty()) {
      return Optional.empty();
    }
    var shape = new LinkedHashMap<String, Object>();
    shape.put("username", username);
    shape.put("email", "");
    shape.put("is_superuser", false);
    shape.put("is_local", true);
    shape.put(
        "resource_uri",
        Dispatch.ROOT + "users/" + io.rackstead.http.Encoding.encode(username) + "/");
    return Optional.of(shape);
  }

  static Map<String, Object> reserved(Topology all, ReservedIp reserved) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", reserved.id());
    shape.put("ip", Ip.text(reserved.ip()));
    shape.put("mac_address", reserved.mac().toString());
    shape.put("comment", reserved.comment());
    shape.put("subnet", all.subnet(reserved.subnetId()).map(s -> subnet(all, s)));
    shape.put("resource_uri", Dispatch.ROOT + "reservedips/" + reserved.id() + "/");
    return shape;
  }

  static Map<String, Object> route(Topology all, StaticRoute route) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", route.id());
    shape.put("source", all.subnet(route.sourceId()).map(s -> subnet(all, s)));
    shape.put("destination", all.subnet(route.destinationId()).map(s -> subnet(all, s)));
    shape.put("gateway_ip", Ip.text(route.gateway()));
    shape.put("metric", route.metric());
    shape.put("resource_uri", Dispatch.ROOT + "static-routes/" + route.id() + "/");
    return shape;
  }
}
