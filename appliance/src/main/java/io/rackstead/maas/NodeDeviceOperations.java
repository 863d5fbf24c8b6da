package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.network.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What sits on a machine's PCI and USB, as it was last reported.
final class NodeDeviceOperations {
  private static final String ALL = "nodes/{system_id}/devices/";
  private static final String ONE = ALL + "{id}/";
  private static final List<String> HARDWARE =
      List.of("Node", "CPU", "Memory", "Storage", "Network", "GPU");
  private static final Pattern PCI =
      Pattern.compile("([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\\.([0-7])");
  private static final Pattern USB = Pattern.compile("([0-9a-f]{4}):([0-9a-f]{4})");

  /// Numbers from here on are places in the list of USB devices, which have no address of theirs.
  private static final long FIRST_USB = 1L << 40;

  private final MachineOperations machines;
  private final InterfaceShape interfaces;

  NodeDeviceOperations(MachineOperations machines, Supplier<Topology> networks) {
    this.machines = machines;
    this.interfaces = new InterfaceShape(networks);
  }

  List<MaasOperation> operations() {
    return List.of(
        get("NodeDevices", ALL, "", Access.VIEW, this::list),
        get("NodeDevice", ONE, "", Access.VIEW, call -> Dispatch.json(one(call))),
        delete("NodeDevice", ONE, Access.ADMIN, this::remove));
  }

  private Reply list(Call call) {
    return Dispatch.json(
        all(machines.machine(call)).stream()
            .filter(shape -> wanted(call, "bus", shape, "bus", "bus_name"))
            .filter(shape ->
                wanted(call, "hardware_type", shape, "hardware_type", "hardware_type_name"))
            .filter(shape -> wanted(call, "vendor_id", shape, "vendor_id"))
            .filter(shape -> wanted(call, "product_id", shape, "product_id"))
            .filter(shape -> wanted(call, "vendor_name", shape, "vendor_name"))
            .filter(shape -> wanted(call, "product_name", shape, "product_name"))
            .filter(shape -> wanted(call, "commissioning_driver", shape, "commissioning_driver"))
            .toList());
  }

  private static boolean wanted(
      Call call, String parameter, Map<String, Object> shape, String... fields) {
    var asked = Fields.filled(call, parameter);
    if (asked.isEmpty()) {
      return true;
    }
    for (var field : fields) {
      if (String.valueOf(shape.get(field)).equalsIgnoreCase(asked.get())) {
        return true;
      }
    }
    return false;
  }

  private Map<String, Object> one(Call call) {
    return all(machines.machine(call)).stream()
        .filter(shape -> String.valueOf(shape.get("id")).equals(call.part("id")))
        .findFirst()
        .orElseThrow(() -> Fields.none("NodeDevice"));
  }

  private Reply remove(Call call) {
    var shape = one(call);
    throw new Problem(
        409,
        "%s %s is what the machine reports of itself: it goes when a commissioning no longer finds it"
            .formatted(shape.get("vendor_name"), shape.get("product_name")));
  }

  private List<Map<String, Object>> all(Machine machine) {
    var shapes = new ArrayList<Map<String, Object>>();
    var report = machine.hardware().map(hardware -> hardware.report().tree());
    report.ifPresent(all -> {
      for (var device : all.path("pci")) {
        PCI.matcher(device.path("address").asText())
            .results()
            .findFirst()
            .ifPresent(place -> shapes.add(pci(machine, all, device, place)));
      }
      long number = FIRST_USB;
      for (var device : all.path("usb")) {
        long id = number++;
        USB.matcher(device.path("id").asText())
            .results()
            .findFirst()
            .ifPresent(ids -> shapes.add(usb(machine, device, ids, id)));
      }
    });
    return shapes;
  }

  /// Its number is its address.
  private Map<String, Object> pci(
      Machine machine, JsonNode report, JsonNode device, MatchResult place) {
    long bus = Long.parseLong(place.group(1), 16) << 8 | Long.parseLong(place.group(2), 16);
    int slot = Integer.parseInt(place.group(3), 16);
    var shape =
        common(
            machine,
            bus << 8 | (long) slot << 3 | Integer.parseInt(place.group(4)),
            hardware(device.path("class").asText()));
    shape.put("bus", 1);
    shape.put("bus_name", "PCIE");
    shape.put("vendor_id", device.path("vendor_id").asText());
    shape.put("product_id", device.path("device_id").asText());
    shape.put("vendor_name", device.path("vendor").asText());
    shape.put("product_name", device.path("device").asText());
    shape.put("bus_number", Integer.parseInt(place.group(2), 16));
    shape.put("device_number", slot);
    shape.put("pci_address", place.group());
    for (var nic : report.path("nics")) {
      if (nic.path("pci").asText().equals(place.group())) {
        shape.put("commissioning_driver", nic.path("driver").asText());
        shape.put(
            "physical_interface",
            machine.node().named(nic.path("name").asText()).map(i -> interfaces.of(machine, i)));
      }
    }
    return shape;
  }

  private static Map<String, Object> usb(
      Machine machine, JsonNode device, MatchResult ids, long id) {
    var shape = common(machine, id, 0);
    shape.put("bus", 2);
    shape.put("bus_name", "USB");
    shape.put("vendor_id", ids.group(1));
    shape.put("product_id", ids.group(2));
    shape.put("vendor_name", "");
    shape.put("product_name", device.path("name").asText());
    shape.put("bus_number", 0);
    shape.put("device_number", id - FIRST_USB);
    shape.put("pci_address", Optional.empty());
    return shape;
  }

  private static Map<String, Object> common(Machine machine, long id, int hardware) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("id", id);
    shape.put("hardware_type", hardware);
    shape.put("hardware_type_name", HARDWARE.get(hardware));
    shape.put("commissioning_driver", "");
    shape.put("numa_node", 0);
    shape.put("physical_blockdevice", Optional.empty());
    shape.put("physical_interface", Optional.empty());
    shape.put("resource_uri", Dispatch.ROOT + "nodes/" + machine.id() + "/devices/" + id + "/");
    return shape;
  }

  /// By the base class of the PCI code and ID assignment specification.
  private static int hardware(String code) {
    return switch (code.length() < 2 ? "" : code.substring(0, 2)) {
      case "01" -> 3;
      case "02" -> 4;
      case "03" -> 5;
      case "05" -> 2;
      case "0b" -> 1;
      default -> 0;
    };
  }
}
