package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Bmc.Identity;
import io.rackstead.bmc.Inventory;
import java.util.LinkedHashMap;
import java.util.Map;

/// Puts together what the service says of a server, which may be off.
final class RedfishInventory {
  private static final int MOST_ADAPTERS = 32;

  private RedfishInventory() {}

  static Inventory read(RedfishSession session, Resource system, Quirks.Found quirks) {
    Map<String, String> facts = new LinkedHashMap<>();
    var root = session.root();
    put(facts, "RedfishVersion", root.text("RedfishVersion"));
    put(facts, "Vendor", root.text("Vendor"));
    put(facts, "SystemPath", system.path());
    for (var name :
        new String[] {
          "Manufacturer",
          "Model",
          "SKU",
          "PartNumber",
          "AssetTag",
          "BiosVersion",
          "HostName",
          "PowerState",
          "SystemType",
          "IndicatorLED"
        }) {
      put(facts, name, system.text(name));
    }
    put(facts, "Health", system.text("Status", "Health"));
    put(facts, "HealthRollup", system.text("Status", "HealthRollup"));
    put(facts, "MemoryGiB", system.text("MemorySummary", "TotalSystemMemoryGiB"));
    put(facts, "ProcessorCount", system.text("ProcessorSummary", "Count"));
    put(facts, "ProcessorModel", system.text("ProcessorSummary", "Model"));
    adapters(session, system, facts);
    manager(session, system, facts);
    put(facts, "Quirks", String.join(" ", quirks.names()));
    var identity = identity(system, quirks);
    return new Inventory(identity.systemUuid(), identity.serial(), facts);
  }

  static Identity identity(Resource system, Quirks.Found quirks) {
    boolean sku = quirks.quirks().contains(Quirk.SERIAL_IS_SKU) && !system.text("SKU").isEmpty();
    return new Identity(system.text("UUID"), system.text(sku ? "SKU" : "SerialNumber"));
  }

  private static void adapters(RedfishSession session, Resource system, Map<String, String> facts) {
    var path = system.link("EthernetInterfaces");
    if (path.isEmpty() || session.find(path.get()).isEmpty()) {
      return;
    }
    for (var adapter : session.members(path.get(), MOST_ADAPTERS)) {
      var own = adapter.text("MACAddress");
      var mac = own.isEmpty() ? adapter.text("PermanentMACAddress") : own;
      put(facts, "EthernetInterface." + adapter.id(), mac);
    }
  }

  /// The manager is the BMC itself.
  private static void manager(RedfishSession session, Resource system, Map<String, String> facts) {
    system.links("Links", "ManagedBy").stream()
        .findFirst()
        .flatMap(session::find)
        .ifPresent(manager -> {
          put(facts, "FirmwareVersion", manager.text("FirmwareVersion"));
          put(facts, "ManagerModel", manager.text("Model"));
          put(facts, "ManagerPath", manager.path());
        });
  }

  private static void put(Map<String, String> facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.put(name, value);
    }
  }
}
