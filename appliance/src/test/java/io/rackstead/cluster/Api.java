package io.rackstead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.stream.StreamSupport;

/// fabric8's stand-in for an API server, with what kubelets would do there.
final class Api implements AutoCloseable {
  private static final String NODES = "/api/v1/nodes";
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final KubernetesMockServer server;

  Api() {
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

  /// A pod runs there that nobody would start elsewhere.
  void runsLonely(String hostname) {
    server
        .expect()
        .get()
        .withPath("/api/v1/pods?fieldSelector=spec.nodeName%3D" + hostname)
        .andReturn(
            200,
            "{\"items\":[{\"metadata\":{\"name\":\"lonely\",\"namespace\":\"default\"},"
                + "\"spec\":{\"nodeName\":\"%s\"},\"status\":{\"phase\":\"Running\"}}]}"
                    .formatted(hostname))
        .always();
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  private JsonNode ask(String method, String path, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var answer = client.send(request, BodyHandlers.ofByteArray());
      return Json.parse(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  /// A kubelet that has joined; there already, it changes nothing.
  void joins(Machine machine, boolean control) {
    joinsAs(machine.hostname(), machine, control);
  }

  void joinsAs(String name, Machine machine, boolean control) {
    if (nodes().contains(name)) {
      return;
    }
    var node = Json.instance().createObjectNode().put("apiVersion", "v1").put("kind", "Node");
    var metadata = node.putObject("metadata").put("name", name);
    if (control) {
      metadata.putObject("labels").put("node-role.kubernetes.io/control-plane", "");
    }
    var status = node.putObject("status");
    status
        .putObject("nodeInfo")
        .put("systemUUID", machine.identity().uuid().map(UUID::toString).orElse(""));
    status
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", "True")
        .put("reason", "KubeletReady");
    ask("POST", NODES, node.toString());
  }

  List<String> nodes() {
    return names(NODES);
  }

  List<String> secrets() {
    return names("/api/v1/namespaces/kube-system/secrets");
  }

  private List<String> names(String path) {
    return StreamSupport.stream(ask("GET", path, "").path("items").spliterator(), false)
        .map(node -> node.at("/metadata/name").asText())
        .sorted()
        .toList();
  }

  JsonNode node(String name) {
    return ask("GET", NODES + "/" + name, "");
  }

  @Override
  public void close() {
    server.destroy();
  }
}
