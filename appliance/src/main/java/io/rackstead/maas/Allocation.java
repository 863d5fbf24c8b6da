package io.rackstead.maas;

import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.network.Topology;
import io.rackstead.node.Interface;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Which machine an allocation gets: those that fit, the cheapest first. Pure; taking one is the
/// caller's, who goes on to the next when somebody was faster.
final class Allocation {
  private final Map<String, List<String>> constraints;
  private final MachineFilter filter;
  private final List<DiskWish> disks;
  private final List<WantedNic> nics;
  private final Topology networks;

  private record WantedNic(String label, Map<String, String> keys) {}

  /// @param byType what became of the labels: numbers of disks and interfaces
  record Candidate(Machine machine, Map<String, Object> byType) {}

  private Allocation(
      Map<String, List<String>> constraints,
      List<DiskWish> disks,
      List<WantedNic> nics,
      Topology networks) {
    this.constraints = constraints;
    this.disks = disks;
    this.nics = nics;
    this.networks = networks;
    this.filter = new MachineFilter(constraints, networks);
  }

  static Allocation of(Call call, Topology networks) {
    return of(call.all(), networks);
  }

  static Allocation of(Map<String, List<String>> wanted, Topology networks) {
    var constraints = new LinkedHashMap<>(wanted);
    constraints.remove("storage");
    constraints.remove("interfaces");
    // a filter of lists; of an allocation it says in which pod to compose
    constraints.remove("status");
    constraints.remove("owner");
    // what it will be marked with, not what it has
    constraints.remove("agent_name");
    return new Allocation(
        constraints,
        DiskWish.parse(first(wanted, "storage")),
        interfaces(first(wanted, "interfaces")),
        networks);
  }

  private static String first(Map<String, List<String>> wanted, String name) {
    return wanted.getOrDefault(name, List.of()).stream().findFirst().orElse("");
  }

  /// Those that are free and fit, the cheapest first; each is only looked at closely when the ones
  /// before it were not had.
  Iterator<Candidate> among(Machines machines, Predicate<Machine> free) {
    return filter
        .amongReady(machines, free)
        .flatMap(machine -> candidate(machine).stream())
        .iterator();
  }

  private Optional<Candidate> candidate(Machine machine) {
    var byType = new LinkedHashMap<String, Object>();
    var storage = DiskWish.met(disks, machine.node().storage());
    var interfaces = nicsOf(machine);
    if (storage.isEmpty() || interfaces.isEmpty()) {
      return Optional.empty();
    }
    if (!storage.get().isEmpty()) {
      byType.put("storage", storage.get());
    }
    if (!interfaces.get().isEmpty()) {
      byType.put("interfaces", interfaces.get());
    }
    return Optional.of(new Candidate(machine, byType));
  }

  private Optional<Map<String, List<Long>>> nicsOf(Machine machine) {
    var found = new LinkedHashMap<String, List<Long>>();
    for (var wanted : nics) {
      var fitting =
          machine.node().interfaces().stream()
              .filter(nic -> InterfaceFilter.fits(networks, nic, wanted.keys()))
              .map(Interface::id)
              .toList();
      if (fitting.isEmpty()) {
        return Optional.empty();
      }
      found.put(wanted.label(), fitting);
    }
    return Optional.of(found);
  }

  /// `label:key=value,key=value;label2:…`
  private static List<WantedNic> interfaces(String text) {
    var wanted = new ArrayList<WantedNic>();
    for (var part : text.split(";", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int colon = part.indexOf(':');
      if (colon < 1) {
        throw FormErrors.of("interfaces", "Malformed interfaces constraint: " + text);
      }
      var keys = new LinkedHashMap<String, String>();
      for (var pair : part.substring(colon + 1).split(",", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
          throw FormErrors.of("interfaces", "Malformed interfaces constraint: " + text);
        }
        keys.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
      wanted.add(new WantedNic(part.substring(0, colon).strip(), keys));
    }
    return wanted;
  }

  /// Why nothing was found, in the words of the request: with what none of the free ones has, as
  /// all else could be had.
  String nothing(List<Machine> free) {
    var id = constraints.getOrDefault("system_id", List.of());
    if (!id.isEmpty()) {
      return "No machine with system ID " + id.getFirst() + " available.";
    }
    var words = new ArrayList<String>();
    constraints.forEach((name, values) -> words.add(name + "=" + String.join(",", values)));
    disks.forEach(disk -> words.add("storage=" + disk));
    nics.forEach(nic -> words.add("interfaces=" + nic.label() + ":" + nic.keys()));
    words.removeIf(word -> word.matches("(comment|dry_run|verbose|bridge_.*)=.*"));
    if (words.isEmpty() || free.isEmpty()) {
      return words.isEmpty()
          ? "No machine available."
          : "No available machine matches constraints: %s (no machine is available at all)"
              .formatted(String.join(" ", words));
    }
    var unmet = unmet(free);
    return "No available machine matches constraints: %s (%s)"
        .formatted(
            String.join(" ", words),
            unmet.isEmpty()
                ? "each is met by one of the %d available, all of them by none"
                    .formatted(free.size())
                : "met by none of the %d available: %s"
                    .formatted(free.size(), String.join(", ", unmet)));
  }

  private boolean none(List<Machine> free) {
    return free.stream().noneMatch(m -> filter.fits(m) && candidate(m).isPresent());
  }

  private List<String> unmet(List<Machine> free) {
    var unmet = new ArrayList<String>();
    constraints.forEach((name, values) -> {
      var alone = new Allocation(Map.of(name, values), List.of(), List.of(), networks);
      if (alone.none(free)) {
        unmet.add(name + "=" + String.join(",", values) + most(name, free));
      }
    });
    if (new Allocation(Map.of(), disks, List.of(), networks).none(free)) {
      unmet.add("storage");
    }
    for (var nic : nics) {
      if (new Allocation(Map.of(), List.of(), List.of(nic), networks).none(free)) {
        unmet.add("interfaces=" + nic.label());
      }
    }
    return unmet;
  }

  private static String most(String name, List<Machine> free) {
    var hardware = free.stream().flatMap(machine -> machine.hardware().stream());
    return switch (name) {
      case "cpu_count" ->
          " (the most is %d)".formatted(hardware.mapToInt(h -> h.cpuCount()).max().orElse(0));
      case "mem" ->
          " (the most is %d MiB)".formatted(hardware.mapToLong(h -> h.memoryMib()).max().orElse(0));
      default -> "";
    };
  }
}
