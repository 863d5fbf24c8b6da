package io.rackstead.tests.redfish;

import static io.rackstead.tests.redfish.Resources.V1;
import static io.rackstead.tests.redfish.Resources.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Supplier;

/// Firmware: what is installed, and where a newer one is taken from.
final class UpdateResources {
  UpdateResources(SimulatedRedfish service) {}

  void into(Map<String, Supplier<ObjectNode>> tree) {
    tree.put(
        V1 + "/UpdateService",
        () ->
            resource(
                    V1 + "/UpdateService",
                    "UpdateService.v1_11_3.UpdateService",
                    "UpdateService",
                    "Update service")
                .put("ServiceEnabled", true));
  }

  boolean post(String path, JsonNode json) {
    return false;
  }
}
