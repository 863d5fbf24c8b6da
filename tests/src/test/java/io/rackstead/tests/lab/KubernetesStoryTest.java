package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bare virtual server and a line of the table: it ends as a node that a real Kubernetes calls
/// Ready, and obeys an Ansible playbook; released, it is drained, removed there, wiped and Ready
/// again. `tests/lab/kubernetes` makes the cluster.
@Tag("slow")
class KubernetesStoryTest {
  private static final Path SCRIPTS = BuiltKubernetes.SCRIPTS;
  private static final Path CACHE = BuiltKubernetes.CACHE;
  private static final String IMAGE = BuiltKubernetes.IMAGE;

  // five times what a quiet machine needs
  private static final Duration CLUSTER = Duration.ofMinutes(6);
  private static final Duration DEPLOYED = Duration.ofMinutes(50);
  private static final Duration JOINED = Duration.ofMinutes(40);
  private static final Duration RELEASED = Duration.ofMinutes(15);
  private static final Duration QUICK = Duration.ofMinutes(1);

  @TempDir Path data;
  private Path key;

  @BeforeEach
  void anSshKeyAndTheImage() {
    BuiltKubernetes.assumed("kubelet");
    key = data.resolve("key");
    Command.output(
        QUICK, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    BuiltKubernetes.image();
  }

  @Test
  void aBareServerBecomesANodeAndLeavesTheClusterBeforeItIsWiped() throws Exception {
    try (var lab =
        Lab.launch(data.resolve("lab"), 1, IMAGE, Map.of(), "--memory", "2048", "--no-power-on")) {
      try {
        cluster(lab, "up");
        walk(lab, lab.api());
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\n" + lab.log() + "\n" + lab.server(1).consoleTail(), e);
      } finally {
        cluster(lab, "down");
      }
    }
  }

  private void walk(Lab lab, Api api) throws IOException {
    api.addSshKey(Files.readString(data.resolve("key.pub")).strip());
    cluster(lab, "credentials", data.resolve("credentials").toString());
    api.put(
        "/api/targets/hall",
        Map.of(
            "broker",
            "kubernetes",
            "config",
            Map.of(
                "url",
                credential("url"),
                "token",
                credential("token"),
                "ca",
                credential("ca.pem"),
                "kubeadm_api",
                "kubeadm.k8s.io/v1beta2",
                "cri_socket",
                "/run/containerd/containerd.sock",
                // Debian 12 has no crictl
                "ignore_preflight",
                "FileExisting-crictl",
                "evict_bare_pods",
                "true")));
    assertThat(api.post("/api/targets/hall/test", Map.of()).path("ok").asBoolean()).isTrue();
    api.put(
        "/api/policies",
        Map.of(
            "version",
            0,
            "policies",
            List.of(
                Map.of(
                    "name", "workers",
                    "when", "cpu_count >= 1",
                    "image", IMAGE,
                    "role", "worker",
                    "target", "hall"))));

    // no further hand from here on
    lab.server(1).vm("start");
    String id = api.awaitMachine(Lab.mac(1), DEPLOYED).path("id").asText();
    api.awaitState(id, "Deployed", DEPLOYED);
    var handover = api.awaitInService(id, JOINED);
    assertThat(handover.path("role").asText()).isEqualTo("worker");

    String name = api.machine(id).path("hostname").asText();
    assertThat(
            kubectl(
                lab,
                "get",
                "node",
                name,
                "-o",
                "jsonpath={.status.conditions[?(@.type=='Ready')].status}"))
        .isEqualTo("True");
    assertThat(kubectl(lab, "get", "node", name, "-o", "jsonpath={.status.nodeInfo.systemUUID}"))
        .isEqualToIgnoringCase("7261636b-0001-4000-8000-525400770001");
    runsAPod(lab, name);
    new Playbook(data, key).isObeyed(lab, api, "role_worker");

    api.act(id, "release", Map.of("erase", "quick"));
    api.awaitState(id, "Ready", RELEASED);
    assertThat(kubectl(lab, "get", "nodes", "-o", "name")).isEmpty();
    lab.server(1).awaitOff(RELEASED);
    assertThat(lab.server(1).partitions()).isEmpty();
  }

  private String credential(String name) throws IOException {
    return Files.readString(data.resolve("credentials").resolve(name)).strip();
  }

  private void runsAPod(Lab lab, String node) throws IOException {
    var pod =
        """
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lonely"}, "spec": {"nodeName": "%s",
         "tolerations": [{"operator": "Exists"}], "automountServiceAccountToken": false,
         "containers": [{"name": "c", "image": "lab.local/busybox:1", "imagePullPolicy": "Never",
                         "command": ["/bin/busybox", "sleep", "100000"]}]}}
        """;
    var file = Files.writeString(data.resolve("pod.json"), pod.formatted(node));
    kubectl(lab, "apply", "-f", file.toString());
    Api.await(
        "running pod",
        JOINED,
        () ->
            kubectl(lab, "get", "pod", "lonely", "-o", "jsonpath={.status.phase}").equals("Running")
                ? Optional.of(true)
                : Optional.empty());
  }

  private void cluster(Lab lab, String... arguments) {
    var call = new ArrayList<>(environment(lab));
    call.add(SCRIPTS.resolve("controlplane.sh").toString());
    call.addAll(List.of(arguments));
    Command.output(CLUSTER, call);
  }

  private String kubectl(Lab lab, String... arguments) {
    var call = new ArrayList<>(environment(lab));
    call.add("KUBECONFIG=" + data.resolve("k8s/conf/admin.conf"));
    call.addAll(List.of("ip", "netns", "exec", lab.setting("LAB") + "-srv"));
    call.add(CACHE.resolve("out/kubectl").toString());
    call.addAll(List.of(arguments));
    return Command.output(QUICK, call).strip();
  }

  private List<String> environment(Lab lab) {
    return List.of(
        "env",
        "K8S_CACHE=" + CACHE,
        "K8S_LAB=" + data.resolve("k8s"),
        "CP_NS=" + lab.setting("LAB") + "-srv",
        "CP_IP=10.77.0.1");
  }
}
