package io.rackstead.broker.kubernetes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.Keys;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract with fabric8's stand-in for an API server, and what only a stand-in does when told.
@SuppressWarnings("NullAway.Init")
class StandInClusterTest extends ClusterContract {
  @TempDir static Path folder;
  private static String ca = "";
  private KubernetesMockServer server;
  private final Map<String, ObjectNode> pods = new ConcurrentHashMap<>();

  @BeforeAll
  static void authority() throws Exception {
    ca = Keys.make(folder, "ca").pem();
  }

  @BeforeEach
  void start() {
    var responses = new HashMap<ServerRequest, Queue<ServerResponse>>();
    server =
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            responses,
            new KubernetesMixedDispatcher(responses),
            false);
    server.init(InetAddress.getLoopbackAddress(), 0);
  }

  @AfterEach
  void stop() {
    server.destroy();
  }

  @Override
  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  @Override
  String token() {
    return "t0ken";
  }

  @Override
  String ca() {
    return ca;
  }

  @Override
  HttpClient client() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /// The stand-in keeps pods and finds none of them by its node.
  @Override
  ObjectNode runs(String pod, String ownerKind) {
    var body = super.runs(pod, ownerKind);
    pods.put(pod, body);
    server
        .expect()
        .get()
        .withPath("/api/v1/pods?fieldSelector=spec.nodeName%3Dm0")
        .andReply(
            200,
            _ ->
                pods.values().stream()
                    .map(ObjectNode::toString)
                    .collect(Collectors.joining(",", "{\"items\":[", "]}")))
        .always();
    return body;
  }

  @Override
  void ends(String pod) {
    pods.remove(pod);
  }

  @Override
  void evictable(String pod) {
    server
        .expect()
        .post()
        .withPath("/api/v1/namespaces/default/pods/" + pod + "/eviction")
        .andReturn(201, "{\"kind\":\"Status\",\"status\":\"Success\"}")
        .always();
  }

  @Test
  void aDisruptionBudgetIsTheReasonThatIsTold() {
    joins("m0", UUID, true);
    runs("db-1", "StatefulSet");
    server
        .expect()
        .post()
        .withPath("/api/v1/namespaces/default/pods/db-1/eviction")
        .andReturn(
            429,
            "{\"kind\":\"Status\",\"message\":\"Cannot evict pod as it would violate the pod's disruption budget.\"}")
        .always();
    var broker = broker();
    var receipt = broker.handOver(handover(UUID), Receipt.NONE);
    assertThatThrownBy(() -> broker.takeBack(handover(UUID), receipt))
        .hasMessageContaining("disruption budget")
        .extracting(e -> ((BrokerException) e).kind())
        .isEqualTo(Kind.BUSY);
  }

  @Test
  void whoIsNotBelievedIsToldSo() {
    server
        .expect()
        .get()
        .withPath("/api/v1/nodes/m0")
        .andReturn(403, "{\"kind\":\"Status\",\"message\":\"nodes \\\"m0\\\" is forbidden\"}")
        .always();
    assertThatThrownBy(() -> broker().handOver(handover(UUID), Receipt.NONE))
        .hasMessageContaining("is forbidden")
        .extracting(e -> ((BrokerException) e).kind())
        .isEqualTo(Kind.UNAUTHORIZED);
  }
}
