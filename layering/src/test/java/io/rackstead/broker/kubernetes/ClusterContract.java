package io.rackstead.broker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What our broker may expect of an API server, and does with it: the same for a real one and for a
/// stand-in.
abstract class ClusterContract {
  static final String UUID = "4c4c4544-0042-3010-8051-b4c04f4d3532";
  private static final String NODES = "/api/v1/nodes";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private final HttpClient client = client();

  abstract String url();

  abstract String token();

  /// PEM
  abstract String ca();

  abstract HttpClient client();

  DeclaredBroker broker() {
    return broker(InstantSource.system());
  }

  DeclaredBroker broker(InstantSource clock) {
    return new DeclaredBroker(
        new Brokers(Path.of("nowhere")).find("kubernetes").orElseThrow(),
        Map.of("url", url(), "token", token(), "ca", ca()),
        new Wire(),
        clock);
  }

  static Handover handover(String uuid) {
    return handover("m0", uuid);
  }

  static Handover handover(String hostname, String uuid) {
    var machine = JSON.createObjectNode();
    machine.put("id", "abc123").put("hostname", hostname).put("uuid", uuid);
    machine.put("pool", "default").put("zone", "hall {2}");
    return new Handover("ho-abc123-4", machine);
  }

  JsonNode ask(String method, String path, String body, String... headers) {
    return new ApiClient(client, url(), token()).ask(method, path, body, headers);
  }

  private int status(String path) {
    return ask("GET", path, "").path("httpStatus").asInt();
  }

  void joins(String name, String uuid, boolean ready) {
    var node = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Node");
    node.putObject("metadata").put("name", name);
    var status = node.putObject("status");
    status.putObject("nodeInfo").put("systemUUID", uuid).put("kubeletVersion", "v1.20.2");
    status
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", ready ? "True" : "False")
        .put("reason", ready ? "KubeletReady" : "KubeletNotReady")
        .put("message", ready ? "kubelet is posting ready status" : "cni plugin not initialized");
    assertThat(ask("POST", NODES, node.toString()).path("httpStatus").asInt()).isEqualTo(201);
  }

  ObjectNode runs(String pod, String ownerKind) {
    var body = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
    var metadata = body.putObject("metadata").put("name", pod).put("namespace", "default");
    if (!ownerKind.isEmpty()) {
      metadata
          .putArray("ownerReferences")
          .addObject()
          .put("apiVersion", "apps/v1")
          .put("kind", ownerKind)
          .put("name", "owner")
          .put("uid", "1");
    }
    var spec = body.putObject("spec").put("nodeName", "m0");
    spec.putArray("containers").addObject().put("name", "c").put("image", "pause");
    assertThat(
            ask("POST", "/api/v1/namespaces/default/pods", body.toString())
                .path("httpStatus")
                .asInt())
        .isEqualTo(201);
    return body;
  }

  private static String secret(Receipt prepared) {
    return "/api/v1/namespaces/kube-system/secrets/bootstrap-token-"
        + prepared.kept().get("token_id");
  }

  private static String said(JsonNode secret, String key) {
    var data = secret.path("data").path(key);
    return data.isTextual()
        ? new String(Base64.getDecoder().decode(data.asText()), StandardCharsets.UTF_8)
        : secret.path("stringData").path(key).asText();
  }

  @Test
  void aTokenIsMintedForTheNodeAndTheNodeGetsIt() {
    var broker = broker();
    broker.test();
    var prepared = broker.prepare(handover(UUID));
    var minted = ask("GET", secret(prepared), "");
    assertThat(minted.path("type").asText()).isEqualTo("bootstrap.kubernetes.io/token");
    assertThat(said(minted, "token-id") + "." + said(minted, "token-secret"))
        .isEqualTo(prepared.kept().get("token"))
        .matches("[a-z0-9]{6}\\.[a-z0-9]{16}");
    assertThat(said(minted, "expiration")).endsWith("Z");
    assertThat(prepared.kept().get("ca_hash")).matches("sha256:[0-9a-f]{64}");
    var script = broker.firstBoot(handover(UUID), prepared);
    assertThat(script).contains("'kubeadm' 'join' '--config' '/etc/rackstead/kubeadm-join.yaml'");
    assertThat(broker.prepare(handover(UUID)).kept().get("token"))
        .isNotEqualTo(prepared.kept().get("token"));
  }

  @Test
  void aNodeIsInServiceWhenTheClusterSaysThatItIsReady() {
    var broker = broker();
    var prepared = broker.prepare(handover(UUID));
    assertThatThrownBy(() -> broker.handOver(handover(UUID), prepared))
        .hasMessageContaining("node m0 has not joined yet")
        .extracting(e -> ((BrokerException) e).kind())
        .isEqualTo(Kind.BUSY);
    joins("m0", UUID.toUpperCase(java.util.Locale.ROOT), false);
    var receipt = prepared.and(broker.handOver(handover(UUID), prepared));
    var node = ask("GET", NODES + "/m0", "");
    assertThat(node.at("/metadata/labels/rackstead.io~1machine").asText()).isEqualTo("abc123");
    assertThat(node.at("/metadata/labels/rackstead.io~1pool").asText()).isEqualTo("default");
    assertThat(node.at("/metadata/labels").has("topology.kubernetes.io/zone")).isFalse();
    assertThat(node.at("/spec/providerID").asText()).isEqualTo("rackstead://abc123");
    assertThat(broker.prove(handover(UUID), receipt))
        .isInstanceOfSatisfying(
            Proof.NotYet.class,
            proof -> assertThat(proof.why()).contains("cni plugin not initialized"));
    assertThat(status(secret(prepared))).isEqualTo(200);
    becomesReady();
    assertThat(broker.prove(handover(UUID), receipt))
        .isInstanceOfSatisfying(
            Proof.InService.class,
            proof ->
                assertThat(proof.evidence().at("/nodeInfo/kubeletVersion").asText())
                    .isEqualTo("v1.20.2"));
    // what has done its work is revoked
    assertThat(status(secret(prepared))).isEqualTo(404);
    assertThat(broker.prove(handover(UUID), receipt)).isInstanceOf(Proof.InService.class);
  }

  private void becomesReady() {
    var node = (ObjectNode) ask("GET", NODES + "/m0", "");
    node.remove("httpStatus");
    ((ObjectNode) node.at("/status/conditions/0"))
        .put("status", "True")
        .put("reason", "KubeletReady");
    assertThat(ask("PUT", NODES + "/m0/status", node.toString()).path("httpStatus").asInt())
        .isBetween(200, 202);
  }

  @Test
  void aNodeThatJoinedUnderAWrongNameIsNamed() {
    joins("localhost", UUID, true);
    assertThatThrownBy(() -> broker().handOver(handover(UUID), Receipt.NONE))
        .hasMessageContaining("it joined as node localhost, not as m0")
        .extracting(e -> ((BrokerException) e).kind())
        .isEqualTo(Kind.UNEXPECTED);
  }

  @Test
  void anotherServersNodeOfThatNameIsLeftAlone() {
    joins("m0", "11111111-2222-3333-4444-555555555555", true);
    assertThatThrownBy(() -> broker().handOver(handover(UUID), Receipt.NONE))
        .hasMessageContaining("is another server");
    broker().takeBack(handover(UUID), Receipt.NONE);
    assertThat(status(NODES + "/m0")).isEqualTo(200);
  }

  @Test
  void aNodeThatIsGoneOrIsAnotherNowIsNoProof() {
    joins("m0", UUID, true);
    var broker = broker();
    var receipt = broker.handOver(handover(UUID), Receipt.NONE);
    ask("DELETE", NODES + "/m0", "");
    assertThat(broker.prove(handover(UUID), receipt)).isInstanceOf(Proof.Lost.class);
    joins("m0", UUID, true);
    assertThat(broker.prove(handover(UUID), receipt)).isInstanceOf(Proof.Lost.class);
  }

  private Receipt inService(DeclaredBroker broker, Handover node, String uuid) {
    var prepared = broker.prepare(node);
    joins(node.machine().path("hostname").asText(), uuid, true);
    var receipt = prepared.and(broker.handOver(node, prepared));
    assertThat(broker.prove(node, receipt)).isInstanceOf(Proof.InService.class);
    return receipt;
  }

  @Test
  void aClusterGrowsByANodeAndAnotherTakesTheFirstOnesPlace() {
    var broker = broker();
    var other = "11111111-2222-3333-4444-555555555555";
    var first = inService(broker, handover("m0", UUID), UUID);
    var second = inService(broker, handover("m1", other), other);
    broker.takeBack(handover("m0", UUID), first);
    assertThat(status(NODES + "/m0")).isEqualTo(404);
    assertThat(broker.prove(handover("m1", other), second)).isInstanceOf(Proof.InService.class);
    // the next machine has the old one's name, and is nobody else
    var third = "22222222-2222-3333-4444-555555555555";
    var fresh = inService(broker, handover("m0", third), third);
    assertThat(broker.prove(handover("m0", UUID), first)).isInstanceOf(Proof.Lost.class);
    broker.takeBack(handover("m0", UUID), first);
    assertThat(broker.prove(handover("m0", third), fresh)).isInstanceOf(Proof.InService.class);
  }

  @Test
  void aNodeIsCordonedDrainedAndRemoved() {
    joins("m0", UUID, true);
    runs("web-1", "ReplicaSet");
    runs("log-1", "DaemonSet");
    var broker = broker();
    var receipt = broker.handOver(handover(UUID), Receipt.NONE);
    evictable("web-1");
    assertThatThrownBy(() -> broker.takeBack(handover(UUID), receipt))
        .hasMessageContaining("1 pods are still on m0: default/web-1")
        .extracting(e -> ((BrokerException) e).kind())
        .isEqualTo(Kind.BUSY);
    assertThat(ask("GET", NODES + "/m0", "").at("/spec/unschedulable").asBoolean()).isTrue();
    ends("web-1");
    broker.takeBack(handover(UUID), receipt);
    assertThat(status(NODES + "/m0")).isEqualTo(404);
    // and what is gone is taken back
    broker.takeBack(handover(UUID), receipt);
  }

  /// Makes a stand-in take the pod's eviction; a real server does by itself.
  void evictable(String pod) {}

  /// What a kubelet does when its pod has ended.
  void ends(String pod) {
    ask("DELETE", "/api/v1/namespaces/default/pods/" + pod + "?gracePeriodSeconds=0", "");
  }

  @Test
  void aPodThatNobodyWouldStartElsewhereHoldsTheNode() {
    joins("m0", UUID, true);
    runs("lonely", "");
    var broker = broker();
    var receipt = broker.handOver(handover(UUID), Receipt.NONE);
    assertThatThrownBy(() -> broker.takeBack(handover(UUID), receipt))
        .hasMessageContaining("default/lonely on m0 has no controller");
    assertThat(status(NODES + "/m0")).isEqualTo(200);
  }
}
