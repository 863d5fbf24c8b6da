package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// Which nodes run the control plane, and where.
final class ControlPlanes {
  private ControlPlanes() {}

  /// Before 1.20 kubeadm said `master`, and until 1.23 both.
  static boolean is(JsonNode node) {
    var labels = node.at("/metadata/labels");
    return labels.has("node-role.kubernetes.io/control-plane")
        || labels.has("node-role.kubernetes.io/master");
  }

  static Optional<String> address(JsonNode node) {
    return StreamSupport.stream(node.at("/status/addresses").spliterator(), false)
        .filter(address -> address.path("type").asText().equals("InternalIP"))
        .map(address -> address.path("address").asText())
        .findFirst();
  }
}
