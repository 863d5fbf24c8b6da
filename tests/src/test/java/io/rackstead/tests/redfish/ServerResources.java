package io.rackstead.tests.redfish;

import static io.rackstead.tests.redfish.Resources.V1;
import static io.rackstead.tests.redfish.Resources.collection;
import static io.rackstead.tests.redfish.Resources.link;
import static io.rackstead.tests.redfish.Resources.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// One server's resources: the system, its chassis, its settings.
final class ServerResources {
  private final SimulatedRedfish service;
  private final SimulatedServer server;
  private final String system;
  private final String chassis;
  private final PartResources parts;

  ServerResources(SimulatedRedfish service, SimulatedServer server) {
    this.service = service;
    this.server = server;
    system = V1 + "/Systems/" + server.id;
    chassis = V1 + "/Chassis/" + server.id;
    parts = new PartResources(service, server);
  }

  void into(Map<String, Supplier<ObjectNode>> tree) {
    tree.put(system, this::system);
    tree.put(system + "/ResetActionInfo", this::resetInfo);
    var adapters = system + "/EthernetInterfaces";
    tree.put(
        adapters,
        () -> collection(adapters, "EthernetInterfaceCollection", List.of(adapters + "/1")));
    tree.put(
        adapters + "/1",
        () -> {
          var nic =
              resource(adapters + "/1", "EthernetInterface.v1_9_0.EthernetInterface", "1", "NIC");
          nic.put("MACAddress", server.mac).put("InterfaceEnabled", true);
          nic.putObject("Status").put("State", "Enabled").put("Health", "OK");
          return nic;
        });
    tree.put(chassis, this::chassis);
    parts.into(tree);
  }

  private ObjectNode system() {
    var node = resource(system, "ComputerSystem.v1_20_0.ComputerSystem", server.id, "WebFrontEnd");
    node.put("SystemType", "Physical").put("Manufacturer", server.vendor).put("Model", "3500");
    node.put("SKU", "8675309").put("SerialNumber", server.serial).put("PartNumber", "224071-J23");
    node.put("UUID", server.uuid).put("HostName", "web483").put("AssetTag", "Chicago-45Z-2381");
    node.put("BiosVersion", "P79 v1.45").put("IndicatorLED", server.led);
    node.put("PowerState", shownPower());
    node.putObject("Status").put("State", "Enabled").put("Health", "OK").put("HealthRollup", "OK");
    node.putObject("ProcessorSummary").put("Count", 2).put("Model", "Multi-Core Xeon");
    node.putObject("MemorySummary").put("TotalSystemMemoryGiB", 96);
    node.set("Boot", boot());
    node.set("EthernetInterfaces", link(system + "/EthernetInterfaces"));
    parts.linkSystem(node);
    new ConsoleResources(service.behaviour).intoSystem(node);
    var links = node.putObject("Links");
    links.putArray("ManagedBy").add(link(V1 + "/Managers/BMC"));
    links.putArray("Chassis").add(link(chassis));
    var reset = node.putObject("Actions").putObject("#ComputerSystem.Reset");
    reset.put("target", system + "/Actions/ComputerSystem.Reset");
    if (service.behaviour.actionInfo) {
      reset.put("@Redfish.ActionInfo", system + "/ResetActionInfo");
    } else {
      var values = reset.putArray("ResetType@Redfish.AllowableValues");
      server.resets.forEach(values::add);
    }
    return node;
  }

  private String shownPower() {
    return service.behaviour.shownPower.isEmpty()
        ? server.isOn() ? "On" : "Off"
        : service.behaviour.shownPower;
  }

  private ObjectNode boot() {
    var boot = JsonNodeFactory.instance.objectNode();
    boot.put("BootSourceOverrideEnabled", server.enabled);
    boot.put("BootSourceOverrideTarget", server.target);
    if (server.bootMode) {
      boot.put("BootSourceOverrideMode", server.mode);
    }
    if (server.targets.contains("UefiHttp")) {
      boot.put("HttpBootUri", server.httpBootUri);
    }
    var values = boot.putArray("BootSourceOverrideTarget@Redfish.AllowableValues");
    server.targets.forEach(values::add);
    return boot;
  }

  private ObjectNode resetInfo() {
    var info =
        resource(
            system + "/ResetActionInfo", "ActionInfo.v1_4_0.ActionInfo", "Reset", "Reset Action");
    var values =
        info.putArray("Parameters")
            .addObject()
            .put("Name", "ResetType")
            .put("Required", true)
            .put("DataType", "String")
            .putArray("AllowableValues");
    server.resets.forEach(values::add);
    return info;
  }

  private ObjectNode chassis() {
    var node = resource(chassis, "Chassis.v1_23_0.Chassis", server.id, "Computer System Chassis");
    node.put("ChassisType", "RackMount").put("Manufacturer", server.vendor);
    node.put("SerialNumber", server.serial).put("PowerState", shownPower());
    node.putObject("Status").put("State", "Enabled").put("Health", "OK");
    parts.linkChassis(node);
    node.putObject("Links").putArray("ComputerSystems").add(link(system));
    return node;
  }

  boolean patch(String path, JsonNode change) {
    if (!path.equals(system)) {
      return parts.patch(path, change);
    }
    if (change.has("Boot") && !service.behaviour.forgetsBoot) {
      setBoot(change.path("Boot"));
    }
    server.led = change.path("IndicatorLED").asText(server.led);
    return true;
  }

  private void setBoot(JsonNode boot) {
    var target = boot.path("BootSourceOverrideTarget").asText(server.target);
    if (!server.targets.contains(target)) {
      throw new Failure(
          400,
          "PropertyValueNotInList",
          "The value '%s' for the property BootSourceOverrideTarget is not in the list."
              .formatted(target));
    }
    if (boot.has("BootSourceOverrideMode") && service.behaviour.refusesMode) {
      throw new Failure(
          400,
          "PropertyNotWritable",
          "The property BootSourceOverrideMode is a read only property.");
    }
    server.target = target;
    server.enabled = boot.path("BootSourceOverrideEnabled").asText(server.enabled);
    server.mode = boot.path("BootSourceOverrideMode").asText(server.mode);
    server.httpBootUri = boot.path("HttpBootUri").asText(server.httpBootUri);
  }

  boolean post(String path, JsonNode json) {
    if (!path.equals(system + "/Actions/ComputerSystem.Reset")) {
      return parts.post(path, json);
    }
    var type = json.path("ResetType").asText();
    if (!server.resets.contains(type)) {
      throw new Failure(
          400,
          "ActionParameterNotSupported",
          "The parameter ResetType with %s is not supported.".formatted(type));
    }
    boolean on = List.of("On", "ForceOn").contains(type);
    if (server.isOn() ? on : type.endsWith("Restart") || type.equals("PowerCycle")) {
      throw new Failure(409, "ResourceInUse", "The server is " + shownPower() + " already.");
    }
    if (!service.behaviour.deaf) {
      server.reset(type);
    }
    return true;
  }
}
