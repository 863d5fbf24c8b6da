package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The cluster that stories ask for: a control plane and a worker on what `tests/lab/kubernetes`
/// built, with servers that have 4 GB.
record HallCluster(Lab lab, Api api, Path folder) {
  /// What servers of it have, as the launcher takes it.
  static final String MEMORY = "4096";

  // five times what a quiet machine needs
  private static final Duration MADE = Duration.ofMinutes(110);
  private static final Duration POD = Duration.ofMinutes(15);
  private static final Duration RELEASED = Duration.ofMinutes(30);
  private static final Duration QUICK = Duration.ofMinutes(2);

  /// One request; machines are taken as they become Ready.
  void ask() throws IOException {
    var big = Map.of("mem", List.of("3000"));
    api.post(
        "/api/clusters",
        Map.ofEntries(
            Map.entry("name", "hall"),
            Map.entry("version", "v1.20.2"),
            Map.entry("image", BuiltKubernetes.IMAGE),
            Map.entry("control_plane", Map.of("size", 1, "constraints", big)),
            Map.entry("workers", Map.of("count", 1, "constraints", big)),
            Map.entry("pod_subnet", "10.244.0.0/16"),
            Map.entry("artifacts", artifacts()),
            Map.entry("join_s", 3600),
            Map.entry("patience_s", 7000)));
  }

  /// Both nodes are Ready by the cluster's own word, the control plane has an address of its own,
  /// and the worker runs a pod.
  void isMade() throws IOException {
    var cluster = Api.await("cluster whose nodes are all Ready", MADE, this::made);
    var control = node(cluster, "control plane");
    var worker = node(cluster, "worker");
    var config = Files.writeString(folder.resolve("kubeconfig"), handedOut());
    isReadyByItsOwnWord(config, control);
    isReadyByItsOwnWord(config, worker);
    var address = address(control);
    assertThat(Integer.parseInt(address.substring(address.lastIndexOf('.') + 1)))
        .as("one of its own, outside what DHCP gives to whoever asks: " + address)
        .isLessThan(50);
    assertThat(cluster.path("api").asText()).isEqualTo("https://" + address + ":6443");
    assertThat(
            kubectl(
                config,
                "get",
                "node",
                hostname(control),
                "-o",
                "jsonpath={.status.addresses[?(@.type=='InternalIP')].address}"))
        .isEqualTo(address);
    runsAPod(config, hostname(worker));
  }

  /// The worker leaves before the control plane; both are Ready again, and the cluster is gone.
  void isGivenBack() {
    var cluster = api.get("/api/clusters/hall");
    var control = node(cluster, "control plane");
    var worker = node(cluster, "worker");
    var config = folder.resolve("kubeconfig");
    api.delete("/api/clusters/hall");
    Api.await(
        "cluster without its worker",
        RELEASED,
        () ->
            kubectl(config, "get", "nodes", "-o", "name").equals("node/" + hostname(control))
                ? Optional.of(true)
                : Optional.empty());
    for (var one : List.of(worker, control)) {
      api.awaitState(one.path("machine").asText(), "Ready", RELEASED);
    }
    Api.await(
        "end of the cluster",
        QUICK,
        () ->
            api.get("/api/clusters").path("clusters").isEmpty()
                ? Optional.of(true)
                : Optional.empty());
  }

  /// The container images are kept by the appliance: the hall has no way out.
  private List<Map<String, String>> artifacts() throws IOException {
    var wanted = new ArrayList<Map<String, String>>();
    BuiltKubernetes.upload(api, "crictl", BuiltKubernetes.program("crictl"));
    wanted.add(Map.of("name", "crictl", "as", "file", "path", "/usr/bin/crictl"));
    for (var name :
        List.of(
            "pause",
            "kube-proxy",
            "coredns",
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler")) {
      BuiltKubernetes.upload(
          api, name, BuiltKubernetes.CACHE.resolve("control-plane-images/" + name + ".tar"));
      boolean everywhere = List.of("pause", "kube-proxy", "coredns").contains(name);
      wanted.add(Map.of("name", name, "as", "images", "on", everywhere ? "all" : "control_plane"));
    }
    return wanted;
  }

  /// The worker is not asked before the control plane is in service: there is nothing to join.
  private Optional<JsonNode> made() {
    var cluster = api.get("/api/clusters/hall");
    var state = cluster.path("state").asText();
    if (state.equals("failed")) {
      throw new AssertionError(cluster.toPrettyString());
    }
    if (cluster.path("nodes").size() > 1) {
      assertThat(node(cluster, "control plane").path("state").asText()).isEqualTo("ready");
    }
    return state.equals("ready") ? Optional.of(cluster) : Optional.empty();
  }

  private static JsonNode node(JsonNode cluster, String part) {
    return StreamSupport.stream(cluster.path("nodes").spliterator(), false)
        .filter(node -> node.path("part").asText().equals(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + part + ": " + cluster));
  }

  private static String hostname(JsonNode node) {
    return node.path("hostname").asText();
  }

  private String address(JsonNode node) {
    return api.machine(node.path("machine").asText()).at("/addresses/0").asText();
  }

  private String handedOut() {
    var config = api.post("/api/clusters/hall/kubeconfig", Map.of()).path("kubeconfig").asText();
    assertThatThrownBy(() -> api.post("/api/clusters/hall/kubeconfig", Map.of()))
        .isInstanceOf(Api.Refused.class)
        .hasMessageContaining("410");
    return config;
  }

  private void isReadyByItsOwnWord(Path config, JsonNode node) {
    assertThat(
            kubectl(
                config,
                "get",
                "node",
                hostname(node),
                "-o",
                "jsonpath={.status.conditions[?(@.type=='Ready')].status}"))
        .isEqualTo("True");
  }

  private void runsAPod(Path config, String worker) throws IOException {
    var deployment =
        """
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sleeper"}, "spec": {
         "replicas": 1, "selector": {"matchLabels": {"app": "sleeper"}}, "template": {
         "metadata": {"labels": {"app": "sleeper"}}, "spec": {"automountServiceAccountToken": false,
         "terminationGracePeriodSeconds": 5, "containers": [{"name": "c",
         "image": "lab.local/busybox:1", "imagePullPolicy": "Never",
         "command": ["/bin/busybox", "sleep", "100000"]}]}}}}
        """;
    var file = Files.writeString(folder.resolve("deployment.json"), deployment);
    kubectl(config, "apply", "-f", file.toString());
    Api.await(
        "running pod on the worker",
        POD,
        () ->
            kubectl(
                        config,
                        "get",
                        "pods",
                        "-l",
                        "app=sleeper",
                        "-o",
                        "jsonpath={.items[*].status.phase} {.items[*].spec.nodeName}")
                    .equals("Running " + worker)
                ? Optional.of(true)
                : Optional.empty());
  }

  private String kubectl(Path config, String... words) {
    var call =
        new ArrayList<>(
            List.of(
                "env",
                "KUBECONFIG=" + config,
                BuiltKubernetes.program("kubectl").toString(),
                "--request-timeout=90s"));
    call.addAll(List.of(words));
    var done = lab.inServerNamespace(QUICK, call);
    assertThat(done.exit()).as(done.out()).isZero();
    return done.out().strip();
  }
}
