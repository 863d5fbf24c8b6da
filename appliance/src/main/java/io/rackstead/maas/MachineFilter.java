package io.rackstead.maas;

import io.rackstead.image.Architecture;
import io.rackstead.machine.Machine;
import io.rackstead.network.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/// The filters of a list and the constraints of an allocation: AND between names, OR within one
/// (but all tags must be there); `not_X` turns one round.
final class MachineFilter {
  private static final Map<String, BiPredicate<Machine, String>> FILTERS = filters();

  /// What filters by VM hosts: there are none to match until they are modelled.
  private static final List<String> NOT_THERE = List.of("pod", "pod_type");

  /// What one of its interfaces will do for, and how [InterfaceFilter] calls it.
  private static final Map<String, String> BY_INTERFACE =
      Map.of(
          "fabrics", "fabric",
          "fabric_classes", "fabric_class",
          "vlans", "vlan",
          "subnets", "subnet",
          "spaces", "space",
          "link_speed", "link_speed");

  private MachineFilter() {}

  static boolean fits(Machine machine, Map<String, List<String>> wanted, Topology networks) {
    for (var constraint : wanted.entrySet()) {
      if (!fits(machine, constraint.getKey(), constraint.getValue(), networks)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(
      Machine machine, String name, List<String> values, Topology networks) {
    var asked = values.stream().filter(value -> !value.isEmpty()).toList();
    if (asked.isEmpty()) {
      return true;
    }
    boolean negated = name.startsWith("not_");
    var plain = name.replaceFirst("^not_(in_)?", "");
    if (NOT_THERE.contains(plain)) {
      return negated;
    }
    var filter = filter(plain, networks);
    if (filter.isEmpty()) {
      // unknown names are ignored, as MAAS does
      return true;
    }
    boolean fits =
        plain.equals("tags") && !negated
            ? asked.stream().allMatch(value -> filter.get().test(machine, value))
            : asked.stream().anyMatch(value -> filter.get().test(machine, value));
    return fits != negated;
  }

  private static Optional<BiPredicate<Machine, String>> filter(String name, Topology networks) {
    return Optional.ofNullable(BY_INTERFACE.get(name))
        .<BiPredicate<Machine, String>>map(key ->
            (machine, value) ->
                machine.node().interfaces().stream()
                    .anyMatch(i -> InterfaceFilter.fits(networks, i, Map.of(key, value))))
        .or(() ->
            switch (name) {
              case "hostname", "name" ->
                  Optional.of((machine, value) -> named(machine, value, networks));
              case "domain" ->
                  Optional.of((machine, value) -> {
                    var domain = networks.domainOf(machine.labels().domain());
                    return networks.domainNamed(value).filter(domain::equals).isPresent();
                  });
              default -> Optional.ofNullable(FILTERS.get(name));
            });
  }

  private static Map<String, BiPredicate<Machine, String>> filters() {
    var filters = new HashMap<String, BiPredicate<Machine, String>>();
    filters.put("id", (machine, id) -> machine.id().text().equals(id));
    filters.put("system_id", (machine, id) -> machine.id().text().equals(id));
    filters.put("mac_address", MachineFilter::hasMac);
    filters.put("zone", (machine, zone) -> machine.labels().zone().equals(zone));
    filters.put("pool", (machine, pool) -> machine.labels().pool().equals(pool));
    filters.put("status", MachineFilter::inState);
    filters.put("simple_status", MachineFilter::inState);
    filters.put("arch", MachineFilter::ofArch);
    filters.put("tags", (machine, tag) -> tags(tag).allMatch(machine.labels().tags()::contains));
    filters.put(
        "cpu_count",
        (machine, count) ->
            machine.hardware().map(h -> h.cpuCount()).orElse(0) >= number("cpu_count", count));
    filters.put(
        "mem",
        (machine, mib) ->
            machine.hardware().map(h -> h.memoryMib()).orElse(0L) >= number("mem", mib));
    filters.put("agent_name", (machine, agent) -> machine.labels().agent().equals(agent));
    filters.put("owner", (machine, owner) -> machine.labels().owner().equals(owner));
    filters.put(
        "power_state", (machine, state) -> machine.power().state().name().equalsIgnoreCase(state));
    return filters;
  }

  private static java.util.stream.Stream<String> tags(String tags) {
    return java.util.Arrays.stream(tags.split("[,\\s]+", -1)).filter(tag -> !tag.isEmpty());
  }

  private static boolean named(Machine machine, String name, Topology networks) {
    return machine.hostname().equalsIgnoreCase(name)
        || MachineShape.fqdn(machine, networks).equalsIgnoreCase(name);
  }

  private static boolean hasMac(Machine machine, String mac) {
    return machine.identity().macs().stream()
        .anyMatch(known -> known.toString().equalsIgnoreCase(mac.replace('-', ':')));
  }

  /// MAAS's filter words: `failed_commissioning`, `releasing`; also the number.
  private static boolean inState(Machine machine, String status) {
    var word =
        switch (machine.state()) {
          case RELEASING_FAILED -> "failed_releasing";
          default -> machine.state().name().toLowerCase(Locale.ROOT);
        };
    return word.equalsIgnoreCase(status) || Integer.toString(machine.state().code()).equals(status);
  }

  private static boolean ofArch(Machine machine, String arch) {
    try {
      return Architecture.parse(arch) == machine.arch();
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("arch", "'" + arch + "' is not a valid architecture.");
    }
  }

  private static double number(String name, String text) {
    try {
      double number = Double.parseDouble(text);
      if (number >= 0 && number < Double.POSITIVE_INFINITY) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw FormErrors.of(name, "Enter a number, got " + text + ".");
    }
    throw FormErrors.of(name, "Ensure this value is greater than or equal to 0.");
  }
}
