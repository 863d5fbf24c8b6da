package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/// Asks the pods of a node to leave, as `kubectl drain` does: through evictions, so that what the
/// owners have said about disruption holds. What is left is asked again by whoever calls.
final class Drain {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private final ApiServer api;

  /// Whether pods that nobody would start elsewhere are given up.
  private final boolean bare;

  Drain(ApiServer api, boolean bare) {
    this.api = api;
    this.bare = bare;
  }

  /// [BrokerException] as long as pods are left, or where one must not go.
  void of(String node) {
    var pods =
        api.get("fieldSelector=spec.nodeName=" + node, "api", "v1", "pods")
            .must("the pods of " + node)
            .json()
            .path("items");
    var left =
        StreamSupport.stream(pods.spliterator(), false)
            .filter(pod -> pod.at("/spec/nodeName").asText().equals(node))
            .filter(Drain::goes)
            .toList();
    if (!bare) {
      left.stream()
          .filter(pod -> pod.at("/metadata/ownerReferences").isEmpty())
          .findFirst()
          .ifPresent(pod -> {
            throw new BrokerException(
                Kind.UNEXPECTED,
                name(pod) + " on " + node + " has no controller: it would be lost; move it first");
          });
    }
    var why = new ArrayList<String>();
    for (var pod : left) {
      if (pod.at("/metadata/deletionTimestamp").asText("").isEmpty()) {
        evict(pod, why);
      }
    }
    if (!left.isEmpty()) {
      var names = left.stream().limit(5).map(Drain::name).toList();
      throw new BrokerException(
          Kind.BUSY,
          "%d pods are still on %s: %s%s"
              .formatted(
                  left.size(),
                  node,
                  String.join(", ", names),
                  why.isEmpty() ? "" : " (" + why.getFirst() + ")"));
    }
  }

  /// What a DaemonSet or the kubelet itself runs belongs to the node and ends with it.
  private static boolean goes(JsonNode pod) {
    var phase = pod.at("/status/phase").asText("");
    boolean over = phase.equals("Succeeded") || phase.equals("Failed");
    boolean mirror = pod.at("/metadata/annotations").has("kubernetes.io/config.mirror");
    boolean daemon =
        StreamSupport.stream(pod.at("/metadata/ownerReferences").spliterator(), false)
            .anyMatch(owner -> owner.path("kind").asText().equals("DaemonSet"));
    return !over && !mirror && !daemon;
  }

  private static String name(JsonNode pod) {
    return pod.at("/metadata/namespace").asText() + "/" + pod.at("/metadata/name").asText();
  }

  private void evict(JsonNode pod, List<String> why) {
    var answer = evict(pod, "policy/v1");
    if (answer.absent() || answer.status() == 400) {
      // before Kubernetes 1.22
      answer = evict(pod, "policy/v1beta1");
    }
    if (answer.status() == 429) {
      why.add(answer.words());
    } else if (!answer.ok() && !answer.absent()) {
      throw answer.wrong("evict " + name(pod));
    }
  }

  private ApiServer.Answer evict(JsonNode pod, String version) {
    ObjectNode body = JSON.objectNode();
    body.put("apiVersion", version).put("kind", "Eviction");
    body.putObject("metadata")
        .put("name", pod.at("/metadata/name").asText())
        .put("namespace", pod.at("/metadata/namespace").asText());
    return api.post(
        body,
        "api",
        "v1",
        "namespaces",
        pod.at("/metadata/namespace").asText(),
        "pods",
        pod.at("/metadata/name").asText(),
        "eviction");
  }
}
