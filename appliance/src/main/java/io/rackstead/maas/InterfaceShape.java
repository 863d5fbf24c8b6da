package io.rackstead.maas;

import io.rackstead.machine.Machine;
import io.rackstead.network.Ip;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.network.Vlan;
import io.rackstead.node.Bridges;
import io.rackstead.node.Fixed;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import io.rackstead.node.Setup;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Interfaces, and the networks that they are on, as MAAS's clients read them.
final class InterfaceShape {
  private final Supplier<Topology> networks;

  InterfaceShape(Supplier<Topology> networks) {
    this.networks = networks;
  }

  Topology networks() {
    return networks.get();
  }

  List<Map<String, Object>> all(Machine machine) {
    return machine.node().interfaces().stream().map(i -> of(machine, i)).toList();
  }

  Map<String, Object> of(Machine machine, Interface one) {
    var setup = machine.node();
    var all = networks.get();
    int speed = one.speedMbps();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("id", one.id());
    shape.put("name", one.name());
    shape.put("type", one.kind().name().toLowerCase(Locale.ROOT));
    shape.put("mac_address", one.mac().map(Object::toString));
    shape.put("enabled", one.enabled());
    shape.put("tags", one.tags());
    shape.put("vlan", one.vlan().flatMap(all::vlan).map(v -> NetworkShape.vlan(all, v)));
    shape.put("links", one.links().stream().map(l -> link(all, l)).toList());
    shape.put("parents", names(setup, one.parents()));
    shape.put("children", setup.childrenOf(one).stream().map(Interface::name).toList());
    shape.put("params", params(one));
    shape.put("discovered", Optional.empty());
    shape.put("effective_mtu", mtu(all, one));
    shape.put("vendor", Optional.empty());
    shape.put("product", Optional.empty());
    shape.put("firmware_version", Optional.empty());
    shape.put("link_connected", one.connected());
    shape.put("interface_speed", speed);
    shape.put("link_speed", one.connected() ? speed : 0);
    shape.put("numa_node", 0);
    shape.put("sriov_max_vf", 0);
    shape.put(
        "resource_uri", Dispatch.ROOT + "nodes/" + machine.id() + "/interfaces/" + one.id() + "/");
    return shape;
  }

  private static int mtu(Topology all, Interface one) {
    return one.mtu() > 0 ? one.mtu() : one.vlan().flatMap(all::vlan).map(Vlan::mtu).orElse(1500);
  }

  private static List<String> names(Setup setup, List<Long> ids) {
    return ids.stream().flatMap(id -> setup.find(id).stream()).map(Interface::name).toList();
  }

  /// Without anything set it is an empty text, as MAAS says it.
  private static Object params(Interface one) {
    var params = new LinkedHashMap<String, Object>();
    one.params().forEach((name, value) -> params.put(name, typed(value)));
    params.remove(Bridges.ACQUIRED);
    params.remove(Fixed.FIXED);
    if (one.mtu() > 0) {
      params.put("mtu", one.mtu());
    }
    return params.isEmpty() ? "" : params;
  }

  private static Object typed(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    return value.matches("[0-9]{1,9}") ? (Object) Integer.valueOf(value) : value;
  }

  /// Without a subnet or an address the key is not there: some clients fail on null.
  private static Map<String, Object> link(Topology all, Link link) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", link.id());
    shape.put("mode", link.mode().name().toLowerCase(Locale.ROOT));
    link.subnet()
        .flatMap(all::subnet)
        .ifPresent(s -> shape.put("subnet", NetworkShape.subnet(all, s)));
    link.address().ifPresent(address -> shape.put("ip_address", address));
    return shape;
  }

  Map<String, Object> gateways(Setup setup) {
    var both = new LinkedHashMap<String, Object>();
    both.put("ipv4", gateway(setup, setup.gateway4(), false));
    both.put("ipv6", gateway(setup, setup.gateway6(), true));
    return both;
  }

  /// What was chosen; else the first link on a subnet with a gateway.
  private Map<String, Object> gateway(Setup setup, Optional<Long> chosen, boolean six) {
    var all = networks.get();
    var found =
        setup
            .links()
            .filter(l -> chosen.isEmpty() || chosen.get() == l.id())
            .filter(l -> l.mode() == Link.Mode.STATIC || l.mode() == Link.Mode.AUTO)
            .filter(l -> gateway(all, l, six).isPresent())
            .findFirst();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("gateway_ip", found.flatMap(l -> gateway(all, l, six)).map(Ip::text));
    shape.put("link_id", found.map(Link::id));
    return shape;
  }

  private static Optional<InetAddress> gateway(Topology all, Link link, boolean six) {
    return link.subnet()
        .flatMap(all::subnet)
        .filter(s -> s.cidr().v4() != six)
        .flatMap(Subnet::gateway);
  }
}
