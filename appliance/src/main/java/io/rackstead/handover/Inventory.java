package io.rackstead.handover;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/// Deployed machines as Ansible's dynamic inventory: what an inventory script prints for `--list`,
/// with the variables of all hosts, so that it is asked once. Groups are roles, tags, pools, zones
/// and images.
final class Inventory {
  private Inventory() {}

  static ObjectNode of(
      List<Machine> machines,
      Map<String, String> roles,
      Function<Machine, List<String>> addresses) {
    var out = Json.instance().createObjectNode();
    var hostvars = out.putObject("_meta").putObject("hostvars");
    var groups = new TreeMap<String, TreeSet<String>>();
    for (var machine : machines) {
      if (machine.state() != State.DEPLOYED) {
        continue;
      }
      var role = roles.getOrDefault(machine.id().text(), "");
      var described = Described.of(machine, role, addresses.apply(machine));
      var host = hostvars.putObject(machine.hostname());
      if (!described.path("address").asText().isEmpty()) {
        host.put("ansible_host", described.path("address").asText());
      }
      described
          .properties()
          .forEach(entry -> host.set("rackstead_" + entry.getKey(), unsafe(entry.getValue())));
      join(groups, "role", role, machine);
      join(groups, "pool", machine.labels().pool(), machine);
      join(groups, "zone", machine.labels().zone(), machine);
      join(groups, "image", described.path("image").asText(), machine);
      machine.labels().tags().forEach(tag -> join(groups, "tag", tag, machine));
    }
    var children = out.putObject("all").putArray("children");
    groups.forEach((name, hosts) -> {
      children.add(name);
      hosts.forEach(out.putObject(name).putArray("hosts")::add);
    });
    children.add("ungrouped");
    return out;
  }

  /// Ansible reads `{{ }}` in variables as its own templates: what comes from outside is data.
  private static com.fasterxml.jackson.databind.JsonNode unsafe(
      com.fasterxml.jackson.databind.JsonNode value) {
    if (value.isTextual()) {
      return com.fasterxml.jackson.databind.node.TextNode.valueOf(
          value.asText().replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #"));
    }
    if (value.isArray()) {
      var safe = Json.instance().createArrayNode();
      value.forEach(inner -> safe.add(unsafe(inner)));
      return safe;
    }
    return value;
  }

  /// A group's name is a variable's: letters, digits and underscores.
  private static void join(
      Map<String, TreeSet<String>> groups, String kind, String value, Machine machine) {
    if (!value.isEmpty()) {
      var name = kind + "_" + value.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
      groups.computeIfAbsent(name, _ -> new TreeSet<>()).add(machine.hostname());
    }
  }
}
