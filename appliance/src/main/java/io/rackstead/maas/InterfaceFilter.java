package io.rackstead.maas;

import io.rackstead.network.Fabric;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.network.Vlan;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What an allocation may say of an interface: `fabric=fabric-0,vid=30,not_tags=slow`.
final class InterfaceFilter {
  private InterfaceFilter() {}

  static boolean fits(Topology all, Interface one, Map<String, String> keys) {
    return keys.entrySet().stream()
        .allMatch(key ->
            key.getKey().startsWith("not_")
                ? !fits(all, one, key.getKey().substring(4), key.getValue())
                : fits(all, one, key.getKey(), key.getValue()));
  }

  private static boolean fits(Topology all, Interface one, String key, String value) {
    var vlan = one.vlan().flatMap(all::vlan);
    var fabric = vlan.flatMap(v -> all.fabric(v.fabricId()));
    var subnets =
        one.links().stream().flatMap(l -> l.subnet().flatMap(all::subnet).stream()).toList();
    return switch (key) {
      case "id" -> value.equals(Long.toString(one.id()));
      case "name" -> value.equals(one.name());
      case "type" -> value.equals(one.kind().name().toLowerCase(Locale.ROOT));
      case "tag", "tags" -> one.tags().contains(value);
      case "link_speed" ->
          value.matches("[0-9]{1,9}") && one.speedMbps() >= Integer.parseInt(value);
      case "fabric" -> fabric.equals(all.fabricNamed(value)) && fabric.isPresent();
      case "fabric_class" -> fabric.map(Fabric::classType).equals(Optional.of(value));
      case "vid" -> vlan.map(Vlan::vid).map(Object::toString).equals(Optional.of(value));
      case "vlan" ->
          value.matches("(vid|fabric|space):.*")
              ? fits(all, one, value.replaceFirst(":.*", ""), value.replaceFirst(".*?:", ""))
              : vlan.filter(v -> v.name().equals(value) || Long.toString(v.id()).equals(value))
                  .isPresent();
      case "space" -> vlan.map(v -> NetworkShape.space(all, v)).equals(Optional.of(value));
      case "subnet", "subnet_cidr" -> on(all, one, subnets, value);
      case "ip" -> one.links().stream().anyMatch(l -> l.address().equals(Optional.of(value)));
      case "mode" -> modes(one).contains(value);
      default -> false;
    };
  }

  /// A subnet by its id, CIDR or name, or one of those that a word says: `space:dmz`, `vid:30`.
  private static boolean on(Topology all, Interface one, List<Subnet> subnets, String value) {
    int colon = Math.max(0, value.indexOf(':'));
    var rest = value.substring(colon).replaceFirst("^:", "");
    return switch (value.substring(0, colon)) {
      case "space", "vid", "vlan", "fabric" ->
          !subnets.isEmpty() && fits(all, one, value.substring(0, colon), rest);
      default -> subnets.stream().anyMatch(is(all.subnetNamed(value)));
    };
  }

  private static java.util.function.Predicate<Subnet> is(Optional<Subnet> wanted) {
    return subnet -> wanted.equals(Optional.of(subnet));
  }

  private static List<String> modes(Interface one) {
    var modes =
        one.links().stream().map(Link::mode).map(m -> m.name().toLowerCase(Locale.ROOT)).toList();
    return modes.isEmpty() ? List.of("unconfigured") : modes;
  }
}
