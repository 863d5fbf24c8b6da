package io.rackstead.maas;

import io.rackstead.iso.StaticNetwork;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.network.Ip;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Where a machine's ephemeral system comes from, beside its power parameters: `boot_method` is
/// `pxe`, or `virtual-media` with the address that it has meanwhile, as there is no DHCP. MAAS has
/// no such thing, so its clients see it where they see an address and an account of a BMC.
final class BootMethod {
  private static final String METHOD = "boot_method";
  private static final String ADDRESS = "boot_address";
  private static final List<String> KEYS =
      List.of(METHOD, ADDRESS, "boot_gateway", "boot_dns", "boot_vlan", "boot_mac");

  private BootMethod() {}

  /// What a create or update says of it; empty when nothing. What is not said stays as it was, and
  /// what was never said is as the subnet of the address has it.
  static Optional<Event.SetDisc> of(Map<String, String> sent, Machine machine, Topology networks) {
    if (KEYS.stream().noneMatch(sent::containsKey)) {
      return Optional.empty();
    }
    var known = machine.power().disc();
    var method = sent.getOrDefault(METHOD, known.isPresent() ? "virtual-media" : "pxe");
    return switch (method) {
      case "pxe" -> Optional.of(new Event.SetDisc(Optional.empty()));
      case "virtual-media" ->
          Optional.of(new Event.SetDisc(Optional.of(network(sent, known, networks))));
      default ->
          throw FormErrors.of(
              "power_parameters_boot_method",
              "Select a valid choice. "
                  + method
                  + " is not one of the available choices: pxe, virtual-media.");
    };
  }

  private static StaticNetwork network(
      Map<String, String> sent, Optional<StaticNetwork> known, Topology networks) {
    var address = said(sent, ADDRESS).or(() -> known.map(StaticNetwork::cidr)).orElse("");
    if (address.isEmpty()) {
      throw FormErrors.of("power_parameters_boot_address", "This field is required.");
    }
    try {
      var bare = address.replaceAll("/.*", "");
      var ip = Fields.ip("power_parameters_boot_address", bare);
      var subnet = networks.subnets().stream().filter(s -> s.cidr().contains(ip)).findFirst();
      var cidr =
          address.contains("/")
              ? address
              : bare + "/" + subnet.map(s -> s.cidr().length() + "").orElse("");
      return StaticNetwork.parse(
          value(sent, "boot_mac", known, StaticNetwork::mac, ""),
          cidr,
          value(sent, "boot_gateway", known, StaticNetwork::gateway, gateway(subnet)),
          value(sent, "boot_dns", known, network -> String.join(",", network.dns()), dns(subnet)),
          value(sent, "boot_vlan", known, network -> network.vlan() + "", "0"));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("power_parameters_boot_address", String.valueOf(e.getMessage()));
    }
  }

  private static String value(
      Map<String, String> sent,
      String key,
      Optional<StaticNetwork> known,
      Function<StaticNetwork, String> as,
      String otherwise) {
    return Optional.ofNullable(sent.get(key)).or(() -> known.map(as)).orElse(otherwise);
  }

  private static Optional<String> said(Map<String, String> sent, String key) {
    return Optional.ofNullable(sent.get(key)).map(String::strip).filter(text -> !text.isEmpty());
  }

  private static String gateway(Optional<Subnet> subnet) {
    return subnet.flatMap(Subnet::gateway).map(Ip::text).orElse("");
  }

  private static String dns(Optional<Subnet> subnet) {
    return subnet
        .map(s -> String.join(",", s.dnsServers().stream().map(Ip::text).toList()))
        .orElse("");
  }

  static Map<String, String> shape(Machine machine) {
    var shape = new LinkedHashMap<String, String>();
    machine
        .power()
        .disc()
        .ifPresent(network -> {
          shape.put(METHOD, "virtual-media");
          shape.put(ADDRESS, network.cidr());
          shape.put("boot_gateway", network.gateway());
          shape.put("boot_dns", String.join(",", network.dns()));
          shape.put("boot_vlan", network.vlan() == 0 ? "" : network.vlan() + "");
          shape.put("boot_mac", network.mac());
        });
    return shape;
  }
}
