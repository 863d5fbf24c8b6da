package io.rackstead.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import io.rackstead.node.Around;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import io.rackstead.node.Setup;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the installed system's interfaces are to be: cloud-init's network configuration of version
/// 2, with bonds, bridges, VLANs, addresses, routes, name servers and MTU.
final class NetworkConfig {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// Our words, and theirs.
  private static final Map<String, String> BOND =
      Map.of(
          "bond_mode", "mode",
          "bond_miimon", "mii-monitor-interval",
          "bond_updelay", "up-delay",
          "bond_downdelay", "down-delay",
          "bond_lacp_rate", "lacp-rate",
          "bond_xmit_hash_policy", "transmit-hash-policy",
          "bond_num_grat_arp", "gratuitous-arp");

  private final Setup setup;
  private final Around around;
  private final Optional<StaticNetwork> withoutDhcp;
  private final ObjectNode network = JSON.objectNode();

  private NetworkConfig(Setup setup, Around around, Optional<StaticNetwork> withoutDhcp) {
    this.setup = setup;
    this.around = around;
    this.withoutDhcp = withoutDhcp;
  }

  static ObjectNode of(Machine machine) {
    return new NetworkConfig(
            machine.node(),
            machine.deployment().flatMap(Deployment::around).orElse(Around.NOTHING),
            machine.power().disc())
        .tree();
  }

  private ObjectNode tree() {
    network.put("version", 2);
    network.putObject("ethernets");
    for (var one : setup.interfaces()) {
      if (one.enabled()) {
        put(one);
      }
    }
    return network;
  }

  private void put(Interface one) {
    var section =
        switch (one.kind()) {
          case PHYSICAL -> "ethernets";
          case BOND -> "bonds";
          case BRIDGE -> "bridges";
          case VLAN -> "vlans";
        };
    var fields = network.withObject("/" + section).putObject(one.name());
    switch (one.kind()) {
      case PHYSICAL -> {
        one.mac().ifPresent(mac -> fields.putObject("match").put("macaddress", mac.toString()));
        fields.put("set-name", one.name());
      }
      case BOND -> {
        made(one, fields);
        var parameters = fields.putObject("parameters");
        new TreeMap<>(one.params())
            .forEach((name, value) -> {
              var theirs = BOND.get(name);
              if (theirs != null) {
                value(parameters, theirs, value);
              }
            });
      }
      case BRIDGE -> {
        made(one, fields);
        var parameters = fields.putObject("parameters");
        parameters.put("stp", "true".equals(one.params().get("bridge_stp")));
        value(parameters, "forward-delay", one.params().getOrDefault("bridge_fd", "15"));
      }
      case VLAN -> {
        fields.put("id", one.vlan().flatMap(around::vlan).map(Around.Vlan::vid).orElse(0));
        parents(one).stream().findFirst().ifPresent(parent -> fields.put("link", parent));
      }
    }
    if (one.links().stream().allMatch(l -> l.mode() == Link.Mode.LINK_UP)) {
      // the system is not online by it, and does not wait for it
      fields.put("optional", true);
    }
    int mtu = mtu(one);
    if (mtu != 1500) {
      fields.put("mtu", mtu);
    }
    if ("false".equals(one.params().get("accept_ra"))) {
      fields.put("accept-ra", false);
    }
    addresses(one, fields);
  }

  /// What carries others carries their frames whole.
  private int mtu(Interface one) {
    int own =
        one.mtu() > 0
            ? one.mtu()
            : one.vlan().flatMap(around::vlan).map(Around.Vlan::mtu).orElse(1500);
    return setup.childrenOf(one).stream().mapToInt(this::mtu).reduce(own, Math::max);
  }

  private void made(Interface one, ObjectNode fields) {
    var parents = fields.putArray("interfaces");
    parents(one).forEach(parents::add);
    one.mac().ifPresent(mac -> fields.put("macaddress", mac.toString()));
  }

  private static void value(ObjectNode parameters, String name, String value) {
    if (value.matches("[0-9]{1,9}")) {
      parameters.put(name, Integer.parseInt(value));
    } else {
      parameters.put(name, value);
    }
  }

  private List<String> parents(Interface one) {
    return one.parents().stream()
        .flatMap(id -> setup.find(id).stream())
        .map(Interface::name)
        .toList();
  }

  /// Nobody has configured the adapter that the machine was started by, and no DHCP is there: the
  /// installed system keeps the address that the ephemeral one had.
  private Optional<StaticNetwork> kept(Interface one) {
    return withoutDhcp
        .filter(there -> there.vlan() == 0)
        .filter(_ -> one.links().stream().allMatch(link -> link.mode() == Link.Mode.DHCP))
        .filter(there ->
            there.mac().isEmpty()
                ? connected().equals(Optional.of(one))
                : one.mac().map(mac -> mac.toString().equals(there.mac())).orElse(false));
  }

  private Optional<Interface> connected() {
    return setup.interfaces().stream()
        .filter(one -> one.kind() == Interface.Kind.PHYSICAL && one.connected())
        .findFirst();
  }

  private static void keep(StaticNetwork there, ObjectNode fields) {
    fields.putArray("addresses").add(there.cidr());
    if (!there.gateway().isEmpty()) {
      fields
          .putArray("routes")
          .addObject()
          .put("to", there.gateway().contains(":") ? "::/0" : "0.0.0.0/0")
          .put("via", there.gateway());
    }
    if (!there.dns().isEmpty()) {
      var list = fields.putObject("nameservers").putArray("addresses");
      there.dns().forEach(list::add);
    }
  }

  private void addresses(Interface one, ObjectNode fields) {
    var kept = kept(one);
    if (kept.isPresent()) {
      keep(kept.get(), fields);
      return;
    }
    var servers = new LinkedHashSet<String>();
    for (var link : one.links()) {
      var subnet = link.subnet().flatMap(around::subnet);
      if (link.mode() == Link.Mode.DHCP) {
        fields.put(subnet.map(Around.Subnet::v6).orElse(false) ? "dhcp6" : "dhcp4", true);
      } else if (subnet.isPresent() && link.address().isPresent()) {
        fields.withArray("/addresses").add(link.address().get() + "/" + subnet.get().prefix());
        servers.addAll(subnet.get().dns());
        if (wayOut(subnet.get().v6()).equals(Optional.of(link.id()))) {
          // `default` is a word that not every renderer of cloud-init knows
          fields
              .withArray("/routes")
              .addObject()
              .put("to", subnet.get().v6() ? "::/0" : "0.0.0.0/0")
              .put("via", subnet.get().gateway().orElse(""));
        }
        for (var route : subnet.get().routes()) {
          var there =
              fields.withArray("/routes").addObject().put("to", route.to()).put("via", route.via());
          if (route.metric() > 0) {
            there.put("metric", route.metric());
          }
        }
      }
    }
    if (!servers.isEmpty()) {
      var asked = fields.putObject("nameservers");
      var list = asked.putArray("addresses");
      servers.forEach(list::add);
      around.domain().ifPresent(domain -> asked.putArray("search").add(domain));
    }
  }

  /// The link whose gateway is the default one: the chosen, else the first that has one.
  private Optional<Long> wayOut(boolean six) {
    return (six ? setup.gateway6() : setup.gateway4())
        .or(() ->
            setup.interfaces().stream()
                .filter(Interface::enabled)
                .flatMap(i -> i.links().stream())
                .filter(l -> l.address().isPresent())
                .filter(l ->
                    l.subnet()
                        .flatMap(around::subnet)
                        .filter(s -> s.v6() == six && s.gateway().isPresent())
                        .isPresent())
                .map(Link::id)
                .findFirst());
  }
}
