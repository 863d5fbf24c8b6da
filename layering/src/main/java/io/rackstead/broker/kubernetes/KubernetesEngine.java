package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Engine;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import okhttp3.OkHttpClient;

/// A node of a cluster: its token is minted before it is installed, it joins by itself, and the
/// cluster says that it is Ready. It is told by its hostname and by its system UUID: a node of that
/// name that is another server is left alone.
public final class KubernetesEngine implements Engine {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String MACHINE = "rackstead.io/machine";

  private final ApiServer api;
  private final Tokens tokens;
  private final Drain drain;
  private final Optional<Etcd> etcd;
  private final Duration life;

  /// @param etcd where control planes are also members of etcd that we take out of it
  /// @param values the target's: `url`, `token`, `ca`, `evict_bare_pods`
  /// @param life how long a node's token is good
  public KubernetesEngine(
      OkHttpClient client,
      Optional<Etcd> etcd,
      Map<String, String> values,
      Duration life,
      InstantSource clock) {
    this.etcd = etcd;
    api = new ApiServer(client, values.getOrDefault("url", ""), values.getOrDefault("token", ""));
    tokens = new Tokens(api, values.getOrDefault("ca", ""), clock);
    drain = new Drain(api, values.getOrDefault("evict_bare_pods", "").equals("true"));
    this.life = life;
  }

  @Override
  public void test() {
    api.get("limit=1", "api", "v1", "nodes").must("list nodes");
    api.get("limit=1", "api", "v1", "namespaces", "kube-system", "secrets").must("see tokens");
  }

  @Override
  public Receipt prepare(Handover planned) {
    return tokens.mint(planned, life);
  }

  private static String name(Handover handover) {
    return handover.machine().path("hostname").asText();
  }

  private Optional<JsonNode> node(Handover handover) {
    var answer = api.get("", "api", "v1", "nodes", name(handover));
    return answer.absent()
        ? Optional.empty()
        : Optional.of(answer.must("node " + name(handover)).json());
  }

  @Override
  public Receipt handOver(Handover handover, Receipt prepared) {
    var node = node(handover).orElseThrow(() -> notThere(handover));
    if (another(handover, node)) {
      throw new BrokerException(
          Kind.UNEXPECTED,
          "node %s is another server: its system UUID is %s, ours is %s"
              .formatted(name(handover), systemUuid(node), uuid(handover)));
    }
    var patch = JSON.objectNode();
    var labels = patch.putObject("metadata").putObject("labels");
    labels.put(MACHINE, handover.machine().path("id").asText());
    label(labels, "rackstead.io/pool", handover.machine().path("pool").asText());
    label(labels, "topology.kubernetes.io/zone", handover.machine().path("zone").asText());
    handover
        .machine()
        .path("labels")
        .properties()
        .forEach(one -> label(labels, one.getKey(), one.getValue().asText()));
    if (node.at("/spec/providerID").asText("").isEmpty()) {
      patch
          .putObject("spec")
          .put("providerID", "rackstead://" + handover.machine().path("id").asText());
    }
    api.patch(patch, "api", "v1", "nodes", name(handover)).must("label the node");
    return new Receipt(Map.of("uid", node.at("/metadata/uid").asText()));
  }

  /// What Kubernetes would refuse as a label is left out.
  private static void label(ObjectNode labels, String key, String value) {
    if (value.matches("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")) {
      labels.put(key, value);
    }
  }

  /// It may come yet, unless it has come under another name.
  private BrokerException notThere(Handover handover) {
    var uuid = uuid(handover);
    if (!uuid.isEmpty()) {
      var nodes = api.get("limit=5000", "api", "v1", "nodes").must("list nodes").json();
      var same =
          StreamSupport.stream(nodes.path("items").spliterator(), false)
              .filter(node -> systemUuid(node).equalsIgnoreCase(uuid))
              .findFirst();
      if (same.isPresent()) {
        return new BrokerException(
            Kind.UNEXPECTED,
            "it joined as node %s, not as %s"
                .formatted(same.get().at("/metadata/name").asText(), name(handover)));
      }
    }
    return new BrokerException(Kind.BUSY, "node " + name(handover) + " has not joined yet");
  }

  private static String uuid(Handover handover) {
    return handover.machine().path("uuid").asText("");
  }

  private static String systemUuid(JsonNode node) {
    return node.at("/status/nodeInfo/systemUUID").asText("");
  }

  private static boolean another(Handover handover, JsonNode node) {
    return !uuid(handover).isEmpty()
        && !systemUuid(node).isEmpty()
        && !systemUuid(node).equalsIgnoreCase(uuid(handover));
  }

  @Override
  public Proof prove(Handover handover, Receipt receipt) {
    var found = node(handover);
    if (found.isEmpty()) {
      return new Proof.Lost("node " + name(handover) + " is not there any more");
    }
    var node = found.get();
    var uid = receipt.kept().getOrDefault("uid", "");
    if (!node.at("/metadata/uid").asText().equals(uid)) {
      return new Proof.Lost("node " + name(handover) + " is not the one that joined");
    }
    var ready =
        StreamSupport.stream(node.at("/status/conditions").spliterator(), false)
            .filter(condition -> condition.path("type").asText().equals("Ready"))
            .findFirst();
    if (ready.filter(one -> one.path("status").asText().equals("True")).isEmpty()) {
      return new Proof.NotYet(
          ready
              .map(one ->
                  "node %s is not Ready: %s %s"
                      .formatted(
                          name(handover),
                          one.path("reason").asText(),
                          one.path("message").asText()))
              .orElse("node " + name(handover) + " has said nothing of being Ready"));
    }
    tokens.revoke(receipt);
    return new Proof.InService(evidence(node));
  }

  private static JsonNode evidence(JsonNode node) {
    var out = JSON.objectNode();
    out.put("node", node.at("/metadata/name").asText());
    out.put("uid", node.at("/metadata/uid").asText());
    out.put("providerID", node.at("/spec/providerID").asText());
    out.set("nodeInfo", node.at("/status/nodeInfo"));
    out.set("addresses", node.at("/status/addresses"));
    out.set("conditions", node.at("/status/conditions"));
    return out;
  }

  /// The addresses of the control planes that stay.
  private List<String> others(Handover handover) {
    var nodes = api.get("limit=5000", "api", "v1", "nodes").must("list nodes").json();
    return StreamSupport.stream(nodes.path("items").spliterator(), false)
        .filter(ControlPlanes::is)
        .filter(node -> !node.at("/metadata/name").asText().equals(name(handover)))
        .flatMap(node -> ControlPlanes.address(node).stream())
        .toList();
  }

  @Override
  public void takeBack(Handover handover, Receipt receipt) {
    var found = node(handover);
    var uid = receipt.kept().getOrDefault("uid", "");
    boolean ours =
        found
            .filter(node ->
                uid.isEmpty()
                    ? !another(handover, node)
                    : node.at("/metadata/uid").asText().equals(uid))
            .isPresent();
    if (ours) {
      var cordon = JSON.objectNode();
      cordon.putObject("spec").put("unschedulable", true);
      api.patch(cordon, "api", "v1", "nodes", name(handover)).must("cordon the node");
      drain.of(name(handover));
      etcd.filter(_ -> ControlPlanes.is(found.get()))
          .ifPresent(quorum -> quorum.leave(name(handover), others(handover)));
      var gone = api.delete("api", "v1", "nodes", name(handover));
      if (!gone.absent()) {
        gone.must("remove the node");
      }
    }
    tokens.revoke(receipt);
  }
}
