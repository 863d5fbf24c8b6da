package io.rackstead.tests.redfish;

import static io.rackstead.tests.redfish.Resources.V1;
import static io.rackstead.tests.redfish.Resources.collection;
import static io.rackstead.tests.redfish.Resources.link;
import static io.rackstead.tests.redfish.Resources.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What hangs on a system, its chassis or its manager: BIOS, Secure Boot, virtual media, the log,
/// sensors.
final class PartResources {
  private final SimulatedRedfish service;
  private final SimulatedServer server;
  private final String system;
  private final String chassis;
  private final String drive;

  PartResources(SimulatedRedfish service, SimulatedServer server) {
    this.service = service;
    this.server = server;
    system = V1 + "/Systems/" + server.id;
    chassis = V1 + "/Chassis/" + server.id;
    drive = media() + "/CD1";
  }

  private String media() {
    return (service.behaviour.mediaAtSystem ? system : V1 + "/Managers/BMC") + "/VirtualMedia";
  }

  void linkSystem(ObjectNode node) {
    node.set("Bios", link(system + "/Bios"));
    node.set("SecureBoot", link(system + "/SecureBoot"));
    node.set("LogServices", link(system + "/LogServices"));
    if (service.behaviour.mediaAtSystem) {
      node.set("VirtualMedia", link(media()));
    }
  }

  void linkChassis(ObjectNode node) {
    if (service.behaviour.newSensors) {
      node.set("ThermalSubsystem", link(chassis + "/ThermalSubsystem"));
      node.set("EnvironmentMetrics", link(chassis + "/EnvironmentMetrics"));
    } else {
      node.set("Thermal", link(chassis + "/Thermal"));
      node.set("Power", link(chassis + "/Power"));
    }
  }

  void into(Map<String, Supplier<ObjectNode>> tree) {
    tree.put(system + "/Bios", () -> bios(system + "/Bios", server.bios));
    tree.put(
        system + "/Bios/Settings",
        () -> {
          var next = new LinkedHashMap<>(server.bios);
          next.putAll(server.biosNext);
          return bios(system + "/Bios/Settings", next);
        });
    tree.put(system + "/SecureBoot", this::secureBoot);
    tree.put(
        media(),
        () -> collection(media(), "VirtualMediaCollection", List.of(media() + "/USB1", drive)));
    tree.put(drive, () -> media(drive, "CD1", "CD"));
    tree.put(media() + "/USB1", () -> media(media() + "/USB1", "USB1", "USBStick"));
    log(tree);
    sensors(tree);
  }

  private ObjectNode bios(String path, Map<String, Object> values) {
    var node = resource(path, "Bios.v1_2_1.Bios", "BIOS", "BIOS Configuration");
    var attributes = node.putObject("Attributes");
    values.forEach((name, value) -> {
      if (value instanceof Integer number) {
        attributes.put(name, number);
      } else {
        attributes.put(name, value.toString());
      }
    });
    if (path.endsWith("/Bios")) {
      var settings = node.putObject("@Redfish.Settings");
      settings.put("@odata.type", "#Settings.v1_3_5.Settings");
      settings.set("SettingsObject", link(path + "/Settings"));
      settings.putArray("SupportedApplyTimes").add("OnReset");
    }
    return node;
  }

  private ObjectNode secureBoot() {
    return resource(
            system + "/SecureBoot", "SecureBoot.v1_1_0.SecureBoot", "SecureBoot", "Secure Boot")
        .put("SecureBootEnable", server.secureBootNext)
        .put("SecureBootCurrentBoot", server.secureBoot ? "Enabled" : "Disabled")
        .put("SecureBootMode", "UserMode");
  }

  private ObjectNode media(String path, String id, String type) {
    boolean cd = type.equals("CD");
    var node = resource(path, "VirtualMedia.v1_6_1.VirtualMedia", id, "Virtual " + type);
    node.putArray("MediaTypes").add(type);
    boolean in = cd && !server.image.isEmpty();
    if (in) {
      node.put("Image", server.image).put("ConnectedVia", "URI");
    } else {
      node.putNull("Image").put("ConnectedVia", "NotConnected");
    }
    node.put("Inserted", in).put("WriteProtected", server.writeProtected);
    if (service.behaviour.mediaActions) {
      var actions = node.putObject("Actions");
      for (var action : List.of("InsertMedia", "EjectMedia")) {
        actions
            .putObject("#VirtualMedia." + action)
            .put("target", path + "/Actions/VirtualMedia." + action);
      }
    }
    return node;
  }

  private void log(Map<String, Supplier<ObjectNode>> tree) {
    var path = system + "/LogServices";
    tree.put(path, () -> collection(path, "LogServiceCollection", List.of(path + "/SEL")));
    tree.put(
        path + "/SEL",
        () -> {
          var node = resource(path + "/SEL", "LogService.v1_5_0.LogService", "SEL", "System log");
          node.put("LogEntryType", "SEL").set("Entries", link(path + "/SEL/Entries"));
          node.putObject("Actions")
              .putObject("#LogService.ClearLog")
              .put("target", path + "/SEL/Actions/LogService.ClearLog");
          return node;
        });
    var entries = new ArrayList<String>();
    for (int i = 1; i <= server.log.size(); i++) {
      var number = i;
      var entry = path + "/SEL/Entries/" + i;
      entries.add(entry);
      tree.put(
          entry,
          () ->
              resource(entry, "LogEntry.v1_16_0.LogEntry", "" + number, "Entry " + number)
                  .put("EntryType", "SEL")
                  .put("Created", "2026-11-23T04:00:00Z")
                  .put("Severity", "Warning")
                  .put("Message", server.log.get(number - 1)));
    }
    tree.put(
        path + "/SEL/Entries",
        () -> collection(path + "/SEL/Entries", "LogEntryCollection", entries));
  }

  private void sensors(Map<String, Supplier<ObjectNode>> tree) {
    tree.put(
        chassis + "/Thermal",
        () -> {
          var node = resource(chassis + "/Thermal", "Thermal.v1_7_3.Thermal", "Thermal", "Thermal");
          var cpu = node.putArray("Temperatures").addObject();
          cpu.put("@odata.id", chassis + "/Thermal#/Temperatures/0").put("MemberId", "0");
          cpu.put("Name", "CPU1 Temp").put("ReadingCelsius", 41);
          cpu.putObject("Status").put("State", "Enabled").put("Health", "OK");
          var fan = node.putArray("Fans").addObject();
          fan.put("@odata.id", chassis + "/Thermal#/Fans/0").put("MemberId", "0");
          fan.put("Name", "BaseBoard System Fan").put("Reading", 2100).put("ReadingUnits", "RPM");
          fan.putObject("Status").put("State", "Enabled").put("Health", "Warning");
          return node;
        });
    tree.put(
        chassis + "/Power",
        () -> {
          var node = resource(chassis + "/Power", "Power.v1_7_3.Power", "Power", "Power");
          var all = node.putArray("PowerControl").addObject();
          all.put("@odata.id", chassis + "/Power#/PowerControl/0").put("MemberId", "0");
          all.put("Name", "Server Power Control").put("PowerConsumedWatts", 344);
          return node;
        });
    var thermal = chassis + "/ThermalSubsystem";
    tree.put(
        thermal,
        () -> {
          var node =
              resource(
                  thermal,
                  "ThermalSubsystem.v1_3_0.ThermalSubsystem",
                  "ThermalSubsystem",
                  "Thermal");
          node.set("Fans", link(thermal + "/Fans"));
          node.set("ThermalMetrics", link(thermal + "/ThermalMetrics"));
          return node;
        });
    tree.put(
        thermal + "/Fans",
        () -> collection(thermal + "/Fans", "FanCollection", List.of(thermal + "/Fans/Bay1")));
    tree.put(
        thermal + "/Fans/Bay1",
        () -> {
          var fan = resource(thermal + "/Fans/Bay1", "Fan.v1_5_0.Fan", "Bay1", "Fan Bay 1");
          fan.putObject("SpeedPercent").put("Reading", 45).put("SpeedRPM", 2200);
          fan.putObject("Status").put("State", "Enabled").put("Health", "OK");
          return fan;
        });
    tree.put(
        thermal + "/ThermalMetrics",
        () -> {
          var node =
              resource(
                  thermal + "/ThermalMetrics",
                  "ThermalMetrics.v1_3_0.ThermalMetrics",
                  "ThermalMetrics",
                  "Chassis Thermal Metrics");
          node.putArray("TemperatureReadingsCelsius")
              .addObject()
              .put("DataSourceUri", chassis + "/Sensors/CPU1Temp")
              .put("DeviceName", "CPU #1")
              .put("Reading", 44);
          return node;
        });
    tree.put(
        chassis + "/EnvironmentMetrics",
        () -> {
          var node =
              resource(
                  chassis + "/EnvironmentMetrics",
                  "EnvironmentMetrics.v1_3_1.EnvironmentMetrics",
                  "EnvironmentMetrics",
                  "Chassis Environment Metrics");
          node.putObject("PowerWatts").put("Reading", 374);
          return node;
        });
  }

  boolean patch(String path, JsonNode change) {
    if (path.equals(system + "/Bios/Settings")) {
      change.path("Attributes").properties().forEach(e -> stage(e.getKey(), e.getValue()));
      return true;
    }
    if (path.equals(system + "/SecureBoot")) {
      server.secureBootNext = change.path("SecureBootEnable").asBoolean(server.secureBootNext);
      return true;
    }
    if (path.equals(drive) && !service.behaviour.mediaActions) {
      insert(change);
      return true;
    }
    return false;
  }

  private void stage(String name, JsonNode value) {
    var now = server.bios.get(name);
    if (now == null || (now instanceof Integer) != value.isIntegralNumber()) {
      throw new Failure(
          400, "PropertyValueTypeError", "The value for the attribute " + name + " is wrong.");
    }
    server.biosNext.put(name, value.isIntegralNumber() ? (Object) value.asInt() : value.asText());
  }

  private void insert(JsonNode media) {
    server.image = media.path("Image").isNull() ? "" : media.path("Image").asText();
    server.loaded();
    server.writeProtected = media.path("WriteProtected").asBoolean(true);
  }

  boolean post(String path, JsonNode json) {
    if (path.equals(drive + "/Actions/VirtualMedia.InsertMedia")) {
      if (!server.image.isEmpty()) {
        throw new Failure(409, "ResourceInUse", "There is a disc in the drive already.");
      }
      if (service.behaviour.mediaTakesImageOnly && json.size() > 1) {
        throw new Failure(400, "ActionParameterNotSupported", "Only Image is supported.");
      }
      insert(json);
      return true;
    }
    if (path.equals(drive + "/Actions/VirtualMedia.EjectMedia")) {
      server.image = "";
      server.loaded();
      return true;
    }
    if (path.equals(system + "/LogServices/SEL/Actions/LogService.ClearLog")) {
      server.log.clear();
      return true;
    }
    return false;
  }
}
