package io.rackstead.maas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.network.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A machine as MAAS's clients read it: every key is there, numbers are numbers, and only what may
/// be null is.
final class MachineShape {
  private MachineShape() {}

  static Map<String, Object> of(
      Machine machine, List<String> addresses, InterfaceShape interfaces) {
    var shape = new LinkedHashMap<String, Object>();
    names(shape, machine, interfaces);
    sizes(shape, machine);
    standing(shape, machine);
    devices(shape, machine, addresses, interfaces);
    results(shape, machine.state());
    shape.put("constraints_by_type", Map.of());
    shape.put("resource_uri", uri(machine));
    return shape;
  }

  static String uri(Machine machine) {
    return Dispatch.ROOT + "machines/" + machine.id() + "/";
  }

  static String fqdn(Machine machine, Topology all) {
    return machine.hostname() + "." + all.domainOf(machine.labels().domain()).name();
  }

  private static void names(Map<String, Object> shape, Machine machine, InterfaceShape interfaces) {
    var labels = machine.labels();
    shape.put("system_id", machine.id().text());
    shape.put("hostname", machine.hostname());
    shape.put("fqdn", fqdn(machine, interfaces.networks()));
    shape.put("description", labels.description());
    shape.put("hardware_uuid", machine.identity().uuid().map(Object::toString));
    shape.put("owner", Optional.of(labels.owner()).filter(owner -> !owner.isEmpty()));
    shape.put("owner_data", labels.ownerData());
    shape.put("workload_annotations", labels.ownerData());
    shape.put("locked", machine.locked());
    shape.put("tag_names", labels.tags());
    shape.put("zone", PlaceShape.zone(labels.zone()));
    shape.put("pool", PlaceShape.pool(labels.pool()));
    shape.put("address_ttl", Optional.empty());
    shape.put("node_type", 0);
    shape.put("node_type_name", "Machine");
    shape.put("pod", Optional.empty());
    shape.put("parent", Optional.empty());
    shape.put("is_dpu", false);
  }

  private static void sizes(Map<String, Object> shape, Machine machine) {
    var hardware = machine.hardware();
    var report = hardware.map(h -> h.report().tree()).orElse(MissingNode.getInstance());
    shape.put("architecture", machine.arch().debianName() + "/generic");
    shape.put("min_hwe_kernel", "");
    shape.put("hwe_kernel", Optional.empty());
    shape.put("memory", hardware.map(h -> h.memoryMib()).orElse(0L));
    shape.put("cpu_count", hardware.map(h -> h.cpuCount()).orElse(0));
    shape.put("cpu_speed", report.path("cpu").path("mhz").asInt(0));
    shape.put("swap_size", machine.node().storage().swap());
    shape.put("storage", hardware.map(h -> h.storageBytes()).orElse(0L) / 1e6);
    shape.put("hardware_info", hardwareInfo(report));
    shape.put(
        "bios_boot_method",
        hardware
            .map(h -> h.bootMode())
            .filter(mode -> !mode.isEmpty())
            .map(mode -> mode.equals("bios") ? "pxe" : mode));
    shape.put("numanode_set", List.of(numaNode(machine)));
  }

  private static Map<String, Object> numaNode(Machine machine) {
    var node = new LinkedHashMap<String, Object>();
    node.put("index", 0);
    node.put("memory", machine.hardware().map(h -> h.memoryMib()).orElse(0L));
    node.put(
        "cores",
        java.util.stream.IntStream.range(0, machine.hardware().map(h -> h.cpuCount()).orElse(0))
            .boxed()
            .toList());
    node.put("hugepages_set", List.of());
    return node;
  }

  private static Map<String, Object> hardwareInfo(JsonNode report) {
    var info = new LinkedHashMap<String, Object>();
    for (var key : List.of("vendor", "product", "family", "version", "sku", "serial")) {
      info.put("system_" + key, said(report.path("system"), key));
    }
    info.put("cpu_model", said(report.path("cpu"), "model"));
    for (var key : List.of("vendor", "product", "serial", "version")) {
      info.put("mainboard_" + key, said(report.path("board"), key));
    }
    for (var key : List.of("vendor", "date", "version")) {
      info.put("mainboard_firmware_" + key, said(report.path("firmware"), key));
    }
    for (var key : List.of("vendor", "type", "serial", "version")) {
      info.put("chassis_" + key, said(report.path("chassis"), key));
    }
    return info;
  }

  private static String said(JsonNode part, String key) {
    var name = key.equals("vendor") && part.has("manufacturer") ? "manufacturer" : key;
    var text = part.path(name).asText("").strip();
    return text.isEmpty() ? "Unknown" : text;
  }

  private static void standing(Map<String, Object> shape, Machine machine) {
    var state = machine.state();
    var image = machine.deployment().map(deployment -> deployment.image());
    shape.put("osystem", image.map(id -> id.osystem()).orElse(""));
    shape.put("distro_series", image.map(id -> id.series()).orElse(""));
    shape.put("power_state", machine.power().state().name().toLowerCase(Locale.ROOT));
    shape.put("power_type", PowerParameters.type(machine));
    shape.put("status", state.code());
    shape.put("status_name", state.title());
    shape.put("status_message", message(machine));
    shape.put("status_action", "");
    shape.put("error_description", failed(state) ? machine.standing().message() : "");
    shape.put("netboot", state != State.DEPLOYED);
    shape.put("ephemeral_deploy", false);
    shape.put("disable_ipv4", false);
    shape.put("sync_interval", Optional.empty());
    shape.put("last_sync", Optional.empty());
    shape.put("next_sync", Optional.empty());
    shape.put("enable_hw_sync", false);
    shape.put("enable_kernel_crash_dump", false);
  }

  private static String message(Machine machine) {
    var prompt = machine.power().prompt();
    return prompt.isEmpty() ? machine.standing().message() : prompt;
  }

  private static boolean failed(State state) {
    return state == State.BROKEN || state.name().contains("FAILED");
  }

  private static void devices(
      Map<String, Object> shape,
      Machine machine,
      List<String> addresses,
      InterfaceShape interfaces) {
    var wired = interfaces.all(machine);
    var known = new LinkedHashSet<>(addresses);
    known.addAll(machine.node().addresses());
    var storage = machine.node().storage();
    shape.put("ip_addresses", known);
    shape.put("interface_set", wired);
    shape.put("boot_interface", bootInterface(wired));
    var physical = new ArrayList<Map<String, Object>>();
    var virtual = new ArrayList<Map<String, Object>>();
    Optional<Map<String, Object>> boot = Optional.empty();
    for (var device : storage.devices()) {
      var disk = DeviceShape.of(machine, device);
      (device.physical() ? physical : virtual).add(disk);
      if (storage.bootDisk().equals(Optional.of(device.id()))) {
        boot = Optional.of(disk);
      }
    }
    var all = new ArrayList<>(physical);
    all.addAll(virtual);
    shape.put("blockdevice_set", all);
    shape.put("physicalblockdevice_set", physical);
    shape.put("virtualblockdevice_set", virtual);
    shape.put("iscsiblockdevice_set", List.of());
    shape.put("boot_disk", boot);
    shape.put(
        "special_filesystems", storage.special().stream().map(DeviceShape::filesystem).toList());
    shape.put("cache_sets", VolumeShape.named(machine, storage.cacheSets()));
    shape.put("bcaches", VolumeShape.named(machine, storage.bcaches()));
    shape.put("raids", VolumeShape.named(machine, storage.raids()));
    shape.put("volume_groups", VolumeShape.named(machine, storage.groups()));
    shape.put("default_gateways", interfaces.gateways(machine.node()));
  }

  /// The first that has a cable, for the firmware starts from one of those.
  private static Optional<Map<String, Object>> bootInterface(List<Map<String, Object>> wired) {
    return wired.stream()
        .filter(
            i -> "physical".equals(i.get("type")) && Boolean.TRUE.equals(i.get("link_connected")))
        .findFirst()
        .or(() -> wired.stream().findFirst());
  }

  private static void results(Map<String, Object> shape, State state) {
    for (var run : List.of("commissioning", "testing", "installation")) {
      shape.put("current_" + run + "_result_id", Optional.empty());
    }
    int commissioning =
        switch (state) {
          case NEW -> -1;
          case COMMISSIONING -> 1;
          case FAILED_COMMISSIONING -> 3;
          default -> 2;
        };
    int testing =
        switch (state) {
          case NEW, COMMISSIONING, FAILED_COMMISSIONING -> -1;
          case TESTING -> 1;
          case FAILED_TESTING -> 3;
          default -> 2;
        };
    status(shape, "commissioning", commissioning);
    status(shape, "testing", testing);
    for (var part : List.of("cpu", "memory", "storage", "network", "interface", "other")) {
      status(
          shape, part + "_test", part.equals("other") || part.equals("interface") ? -1 : testing);
    }
  }

  private static void status(Map<String, Object> shape, String what, int status) {
    shape.put(what + "_status", status);
    shape.put(
        what + "_status_name",
        switch (status) {
          case 1 -> "Running";
          case 2 -> "Passed";
          case 3 -> "Failed";
          default -> "Unknown";
        });
  }
}
