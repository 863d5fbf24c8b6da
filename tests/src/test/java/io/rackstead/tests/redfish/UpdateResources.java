package io.rackstead.tests.redfish;

import static io.rackstead.tests.redfish.Resources.V1;
import static io.rackstead.tests.redfish.Resources.collection;
import static io.rackstead.tests.redfish.Resources.link;
import static io.rackstead.tests.redfish.Resources.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Firmware: what is installed, and where a newer one is taken from.
final class UpdateResources {
  private static final String SERVICE = V1 + "/UpdateService";
  private static final String INVENTORY = SERVICE + "/FirmwareInventory";
  private static final String UPDATE = SERVICE + "/Actions/UpdateService.SimpleUpdate";

  private final SimulatedRedfish service;

  UpdateResources(SimulatedRedfish service) {
    this.service = service;
  }

  void into(Map<String, Supplier<ObjectNode>> tree) {
    tree.put(
        SERVICE,
        () -> {
          var node =
              resource(
                  SERVICE,
                  "UpdateService.v1_11_3.UpdateService",
                  "UpdateService",
                  "Update service");
          node.put("ServiceEnabled", true).set("FirmwareInventory", link(INVENTORY));
          node.putObject("Actions")
              .putObject("#UpdateService.SimpleUpdate")
              .put("target", UPDATE)
              .putArray("TransferProtocol@Redfish.AllowableValues")
              .add("HTTP")
              .add("HTTPS");
          return node;
        });
    tree.put(
        INVENTORY,
        () ->
            collection(
                INVENTORY,
                "SoftwareInventoryCollection",
                List.of(INVENTORY + "/BMC", INVENTORY + "/BIOS")));
    tree.put(INVENTORY + "/BMC", () -> component("BMC", "Contoso BMC Firmware", "1.45.455b66"));
    tree.put(INVENTORY + "/BIOS", () -> component("BIOS", "Contoso BIOS Firmware", "P79 v1.45"));
  }

  private static ObjectNode component(String id, String name, String version) {
    return resource(INVENTORY + "/" + id, "SoftwareInventory.v1_10_0.SoftwareInventory", id, name)
        .put("Version", version)
        .put("Updateable", true);
  }

  boolean post(String path, JsonNode json) {
    if (!path.equals(UPDATE)) {
      return false;
    }
    service.updates.add(json.path("ImageURI").asText());
    return true;
  }
}
