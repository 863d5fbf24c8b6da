package io.rackstead.maas;

import io.rackstead.image.Architecture;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.network.Topology;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The filters of a list and the constraints of an allocation: AND between names, OR within one
/// (but all tags must be there); `not_X` turns one round. Made once for a request.
final class MachineFilter {
  private static final Map<String, Function<String, Predicate<Machine>>> FILTERS = filters();

  /// What one of its interfaces will do for, and how [InterfaceFilter] calls it.
  private static final Map<String, String> BY_INTERFACE =
      Map.of(
          "fabrics", "fabric",
          "fabric_classes", "fabric_class",
          "vlans", "vlan",
          "subnets", "subnet",
          "spaces", "space",
          "link_speed", "link_speed");

  private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");

  private final Map<String, List<String>> asked = new HashMap<>();
  private final List<Predicate<Machine>> all = new ArrayList<>();

  MachineFilter(Map<String, List<String>> wanted, Topology networks) {
    wanted.forEach((name, values) -> {
      var filled = values.stream().filter(value -> !value.isEmpty()).toList();
      if (!filled.isEmpty()) {
        asked.put(name, filled);
        predicate(name, filled, networks).ifPresent(all::add);
      }
    });
  }

  /// Whether it is more than ignored.
  static boolean knows(String name, Topology networks) {
    return predicate(name, List.of("0"), networks).isPresent();
  }

  boolean fits(Machine machine) {
    for (var one : all) {
      if (!one.test(machine)) {
        return false;
      }
    }
    return true;
  }

  /// Those that fit, of those that `first` lets through. Where the request names machines, only
  /// these are looked at.
  Stream<Machine> among(Machines machines, Predicate<Machine> first) {
    return candidates(machines).stream().filter(first).filter(this::fits);
  }

  /// The same of those that are Ready, the cheapest first.
  Stream<Machine> amongReady(Machines machines, Predicate<Machine> first) {
    return machines.ready().filter(first).filter(this::fits);
  }

  private Collection<Machine> candidates(Machines machines) {
    return named("id", id -> MachineId.parse(id).flatMap(machines::find).stream())
        .or(() -> named("system_id", id -> MachineId.parse(id).flatMap(machines::find).stream()))
        .or(() -> named("mac_address", mac -> mac(mac).flatMap(machines::byMac).stream()))
        .or(() -> named("hostname", name -> machines.named(host(name)).stream()))
        .or(() -> named("name", name -> machines.named(host(name)).stream()))
        .or(() -> named("tags", tags -> machines.tagged(first(tags)).stream()))
        .or(() -> named("zone", zone -> machines.inZone(zone).stream()))
        .or(() -> named("pool", pool -> machines.inPool(pool).stream()))
        .orElseGet(machines::list);
  }

  /// In the order of every list, each once.
  private Optional<Collection<Machine>> named(String by, Function<String, Stream<Machine>> find) {
    return Optional.ofNullable(asked.get(by))
        .map(values -> {
          var found = new TreeMap<MachineId, Machine>();
          values.stream().flatMap(find).forEach(machine -> found.put(machine.id(), machine));
          return found.values();
        });
  }

  /// A whole name begins with the one that the index knows.
  private static String host(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static Optional<Predicate<Machine>> predicate(
      String name, List<String> values, Topology networks) {
    boolean negated = name.startsWith("not_");
    var plain = negated ? name.substring(name.startsWith("not_in_") ? 7 : 4) : name;
    // unknown names are ignored, as MAAS does
    return filter(plain, networks)
        .map(filter -> {
          boolean every = plain.equals("tags") && !negated;
          var fits = values.stream().map(filter).reduce(every ? Predicate::and : Predicate::or);
          return negated ? fits.orElseThrow().negate() : fits.orElseThrow();
        });
  }

  private static Optional<Function<String, Predicate<Machine>>> filter(
      String name, Topology networks) {
    return Optional.ofNullable(BY_INTERFACE.get(name))
        .<Function<String, Predicate<Machine>>>map(key ->
            value ->
                machine ->
                    machine.node().interfaces().stream()
                        .anyMatch(i -> InterfaceFilter.fits(networks, i, Map.of(key, value))))
        .or(() ->
            switch (name) {
              case "hostname", "name" -> Optional.of(value -> called(value, networks));
              case "domain" -> Optional.of(value -> in(value, networks));
              default -> Optional.ofNullable(FILTERS.get(name));
            });
  }

  private static Map<String, Function<String, Predicate<Machine>>> filters() {
    var filters = new HashMap<String, Function<String, Predicate<Machine>>>();
    filters.put("id", id -> machine -> machine.id().text().equals(id));
    filters.put("system_id", id -> machine -> machine.id().text().equals(id));
    filters.put("mac_address", MachineFilter::hasMac);
    filters.put("zone", zone -> machine -> machine.labels().zone().equals(zone));
    filters.put("pool", pool -> machine -> machine.labels().pool().equals(pool));
    filters.put("status", MachineFilter::inState);
    filters.put("simple_status", MachineFilter::inState);
    filters.put("arch", MachineFilter::ofArch);
    filters.put("tags", MachineFilter::tagged);
    filters.put("cpu_count", MachineFilter::withCpus);
    filters.put("mem", MachineFilter::withMemory);
    filters.put("owner", owner -> machine -> machine.labels().owner().equals(owner));
    filters.put(
        "power_state", state -> machine -> machine.power().state().name().equalsIgnoreCase(state));
    filters.put("agent_name", agent -> machine -> machine.labels().agent().equals(agent));
    return filters;
  }

  /// Each has all of them, so the first will do to find those that may.
  private static String first(String tags) {
    return SEPARATOR.splitAsStream(tags).filter(tag -> !tag.isEmpty()).findFirst().orElse("");
  }

  private static Predicate<Machine> tagged(String tags) {
    var all = SEPARATOR.splitAsStream(tags).filter(tag -> !tag.isEmpty()).toList();
    return machine -> machine.labels().tags().containsAll(all);
  }

  private static Predicate<Machine> called(String name, Topology networks) {
    return machine ->
        machine.hostname().equalsIgnoreCase(name)
            || MachineShape.fqdn(machine, networks).equalsIgnoreCase(name);
  }

  private static Predicate<Machine> in(String domain, Topology networks) {
    var wanted = networks.domainNamed(domain);
    return machine -> wanted.equals(Optional.of(networks.domainOf(machine.labels().domain())));
  }

  private static Optional<MacAddress> mac(String text) {
    try {
      return Optional.of(MacAddress.parse(text));
    } catch (IllegalArgumentException _) {
      // such an address is no machine's
      return Optional.empty();
    }
  }

  private static Predicate<Machine> hasMac(String text) {
    var mac = mac(text);
    return machine -> mac.filter(machine.identity().macs()::contains).isPresent();
  }

  /// MAAS's filter words: `failed_commissioning`, `releasing`; also the number.
  private static Predicate<Machine> inState(String status) {
    return machine -> {
      var word =
          switch (machine.state()) {
            case RELEASING_FAILED -> "FAILED_RELEASING";
            default -> machine.state().name();
          };
      return word.equalsIgnoreCase(status)
          || Integer.toString(machine.state().code()).equals(status);
    };
  }

  private static Predicate<Machine> ofArch(String text) {
    try {
      var arch = Architecture.parse(text);
      return machine -> machine.arch() == arch;
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("arch", "'" + text + "' is not a valid architecture.");
    }
  }

  private static Predicate<Machine> withCpus(String count) {
    double least = number("cpu_count", count);
    return machine -> machine.hardware().map(h -> h.cpuCount()).orElse(0) >= least;
  }

  private static Predicate<Machine> withMemory(String mib) {
    double least = number("mem", mib);
    return machine -> machine.hardware().map(h -> h.memoryMib()).orElse(0L) >= least;
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
