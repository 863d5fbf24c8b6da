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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two bare virtual servers and one request: they end as a Kubernetes cluster of its own, a control
/// plane and a worker, on authorities that the appliance made; deleted, they are drained, removed,
/// wiped and Ready again. `tests/lab/kubernetes` builds what they run.
@Tag("slow")
class ClusterStoryTest {
  // five times what a quiet machine needs
  private static final Duration READY = Duration.ofMinutes(30);
  private static final Duration MADE = Duration.ofMinutes(110);
  private static final Duration POD = Duration.ofMinutes(15);
  private static final Duration RELEASED = Duration.ofMinutes(30);
  private static final Duration QUICK = Duration.ofMinutes(2);

  @TempDir Path data;
  private Path key;

  @BeforeEach
  void anSshKeyAndTheImage() {
    BuiltKubernetes.assumed("kubelet", "kube-apiserver", "crictl");
    key = data.resolve("key");
    Command.output(
        QUICK, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    BuiltKubernetes.image();
  }

  @Test
  void twoBareServersBecomeAClusterAndAreGivenBack() throws Exception {
    try (var lab =
        Lab.launch(
            data.resolve("lab"),
            2,
            BuiltKubernetes.IMAGE,
            Map.of(),
            "--memory",
            "4096",
            "--cpus",
            "2",
            "--firmware",
            "bios")) {
      var api = lab.api();
      try {
        walk(lab, api);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(e.getMessage() + "\n" + explained(lab, api), e);
      }
    }
  }

  private void walk(Lab lab, Api api) throws IOException {
    api.addSshKey(Files.readString(data.resolve("key.pub")).strip());
    var artifacts = artifacts(api);
    for (int number : List.of(1, 2)) {
      var id = api.awaitMachine(Lab.mac(number), READY).path("id").asText();
      api.awaitState(id, "Ready", READY);
      lab.server(number).awaitOff(QUICK);
    }

    // no further hand from here on
    api.post(
        "/api/clusters",
        Map.of(
            "name",
            "hall",
            "version",
            "v1.20.2",
            "image",
            BuiltKubernetes.IMAGE,
            "control_plane",
            Map.of("size", 1),
            "workers",
            Map.of("count", 1),
            "pod_subnet",
            "10.244.0.0/16",
            "artifacts",
            artifacts,
            "join_s",
            3600,
            "patience_s",
            7000));
    var cluster = Api.await("cluster whose nodes are all Ready", MADE, () -> made(api));
    var control = node(cluster, "control plane");
    var worker = node(cluster, "worker");

    var config = Files.writeString(data.resolve("kubeconfig"), handedOut(api));
    isReadyByItsOwnWord(lab, config, control);
    isReadyByItsOwnWord(lab, config, worker);
    var address = address(api, control);
    assertThat(Integer.parseInt(address.substring(address.lastIndexOf('.') + 1)))
        .as("one of its own, outside what DHCP gives to whoever asks: " + address)
        .isLessThan(50);
    assertThat(cluster.path("api").asText()).isEqualTo("https://" + address + ":6443");
    assertThat(
            kubectl(
                lab,
                config,
                "get",
                "node",
                hostname(control),
                "-o",
                "jsonpath={.status.addresses[?(@.type=='InternalIP')].address}"))
        .isEqualTo(address);
    runsAPod(lab, config, hostname(worker));

    api.delete("/api/clusters/hall");
    Api.await(
        "cluster without its worker",
        RELEASED,
        () ->
            kubectl(lab, config, "get", "nodes", "-o", "name").equals("node/" + hostname(control))
                ? Optional.of(true)
                : Optional.empty());
    for (var one : List.of(worker, control)) {
      api.awaitState(one.path("machine").asText(), "Ready", RELEASED);
    }
    for (int number : List.of(1, 2)) {
      lab.server(number).awaitOff(RELEASED);
      assertThat(lab.server(number).partitions()).isEmpty();
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
  private static List<Map<String, String>> artifacts(Api api) throws IOException {
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
  private static Optional<JsonNode> made(Api api) {
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

  private static String address(Api api, JsonNode node) {
    return api.machine(node.path("machine").asText()).at("/addresses/0").asText();
  }

  private static String handedOut(Api api) {
    var config = api.post("/api/clusters/hall/kubeconfig", Map.of()).path("kubeconfig").asText();
    assertThatThrownBy(() -> api.post("/api/clusters/hall/kubeconfig", Map.of()))
        .isInstanceOf(Api.Refused.class)
        .hasMessageContaining("410");
    return config;
  }

  private static void isReadyByItsOwnWord(Lab lab, Path config, JsonNode node) {
    assertThat(
            kubectl(
                lab,
                config,
                "get",
                "node",
                hostname(node),
                "-o",
                "jsonpath={.status.conditions[?(@.type=='Ready')].status}"))
        .isEqualTo("True");
  }

  private void runsAPod(Lab lab, Path config, String worker) throws IOException {
    var deployment =
        """
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sleeper"}, "spec": {
         "replicas": 1, "selector": {"matchLabels": {"app": "sleeper"}}, "template": {
         "metadata": {"labels": {"app": "sleeper"}}, "spec": {"automountServiceAccountToken": false,
         "terminationGracePeriodSeconds": 5, "containers": [{"name": "c",
         "image": "lab.local/busybox:1", "imagePullPolicy": "Never",
         "command": ["/bin/busybox", "sleep", "100000"]}]}}}}
        """;
    var file = Files.writeString(data.resolve("deployment.json"), deployment);
    kubectl(lab, config, "apply", "-f", file.toString());
    Api.await(
        "running pod on the worker",
        POD,
        () ->
            kubectl(
                        lab,
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

  private static String kubectl(Lab lab, Path config, String... words) {
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

  /// What a person would look at when it does not come up.
  private String explained(Lab lab, Api api) {
    var text = new StringBuilder(lab.log());
    try {
      for (var machine : api.machines()) {
        var id = machine.path("id").asText();
        text.append("\n== ").append(machine).append('\n').append(api.timeline(id));
        var address = api.machine(id).at("/addresses/0").asText("");
        if (machine.path("state").asText().contains("eploy") && !address.isEmpty()) {
          text.append(
              lab.server(1)
                  .ssh(key, address, "sudo tail -n 60 /var/log/cloud-init-output.log")
                  .out());
        }
      }
    } catch (RuntimeException e) {
      text.append(e);
    }
    for (int number : List.of(1, 2)) {
      text.append("\n== console ").append(number).append('\n');
      text.append(lab.server(number).consoleTail());
    }
    return text.toString();
  }
}
