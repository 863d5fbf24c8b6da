package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.rackstead.access.Authorities;
import io.rackstead.access.Authorities.Pem;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import io.rackstead.http.Json;
import io.rackstead.recipe.Blueprint;
import io.rackstead.recipe.Distribution;
import io.rackstead.recipe.Recipe;
import io.rackstead.recipe.Release;
import io.rackstead.recipe.Self;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real etcd and kube-apiserver on authorities of ours, where `tests/lab/kubernetes` has built
/// them: what they let us do, and what they let the owner do.
@Tag("slow")
class RealApiTest {
  private static final Path CACHE =
      Optional.ofNullable(System.getenv("K8S_CACHE"))
          .map(Path::of)
          .orElse(Path.of(System.getProperty("user.home"), ".cache/rackstead/kubernetes"));
  private static final Path API_SERVER = CACHE.resolve("out/kube-apiserver");
  private static final Path ETCD = CACHE.resolve("debroot/usr/bin/etcd");

  @TempDir Path folder;
  private final Authorities authorities =
      new Authorities(new SecureRandom(), InstantSource.system());
  private final List<Process> running = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (var process : running.reversed()) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private static int free() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void start(String name, List<String> words) throws IOException {
    running.add(
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start());
  }

  private String file(String name, String content) throws IOException {
    var path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content).toString();
  }

  private static Pem pair(Keeping keeping, String name) {
    return new Pem(
        keeping.files().getOrDefault(name + ".crt", ""),
        keeping.files().getOrDefault(name + ".key", ""));
  }

  /// @return its URL
  private String started(Keeping keeping) throws Exception {
    for (var one : keeping.files().entrySet()) {
      file(one.getKey(), one.getValue());
    }
    var names = List.of("127.0.0.1");
    var etcd = authorities.server(pair(keeping, "etcd/ca"), "etcd", names, Duration.ofDays(1));
    int clients = free();
    int peers = free();
    start(
        "etcd",
        List.of(
            ETCD.toString(),
            "--name=m0",
            "--data-dir=" + folder.resolve("data"),
            "--listen-client-urls=https://127.0.0.1:" + clients,
            "--advertise-client-urls=https://127.0.0.1:" + clients,
            "--listen-peer-urls=http://127.0.0.1:" + peers,
            "--initial-advertise-peer-urls=http://127.0.0.1:" + peers,
            "--initial-cluster=m0=http://127.0.0.1:" + peers,
            "--cert-file=" + file("etcd.crt", etcd.certificate()),
            "--key-file=" + file("etcd.key", etcd.key()),
            "--trusted-ca-file=" + folder.resolve("etcd/ca.crt"),
            "--client-cert-auth"));
    var ours = keeping.oursAtEtcd(authorities);
    var server = authorities.server(pair(keeping, "ca"), "api", names, Duration.ofDays(1));
    int port = free();
    start(
        "api",
        List.of(
            API_SERVER.toString(),
            "--etcd-servers=https://127.0.0.1:" + clients,
            "--etcd-cafile=" + folder.resolve("etcd/ca.crt"),
            "--etcd-certfile=" + file("own-etcd.crt", ours.certificate()),
            "--etcd-keyfile=" + file("own-etcd.key", ours.key()),
            "--client-ca-file=" + folder.resolve("ca.crt"),
            "--tls-cert-file=" + file("api.crt", server.certificate()),
            "--tls-private-key-file=" + file("api.key", server.key()),
            "--token-auth-file=" + file("tokens.csv", "t0ken,root,root,system:masters\n"),
            "--service-account-key-file=" + folder.resolve("sa.pub"),
            "--service-account-signing-key-file=" + folder.resolve("sa.key"),
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=Node,RBAC",
            "--enable-bootstrap-token-auth",
            "--bind-address=127.0.0.1",
            "--secure-port=" + port,
            "--cert-dir=" + folder.resolve("certificates")));
    return "https://127.0.0.1:" + port;
  }

  private static KubernetesClient root(String url, Keeping keeping) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withCaCertData(
                    Base64.getEncoder()
                        .encodeToString(keeping.ca().getBytes(StandardCharsets.UTF_8)))
                .withOauthToken("t0ken")
                .build())
        .build();
  }

  private void answers(KubernetesClient client) throws Exception {
    var last = "";
    for (int i = 0; i < 240; i++) {
      try {
        if (client.namespaces().withName("kube-system").get() != null) {
          return;
        }
      } catch (KubernetesClientException e) {
        last = String.valueOf(e.getMessage());
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
    throw new AssertionError(last + Files.readString(folder.resolve("api.log")));
  }

  private static byte[] access() {
    var blueprint =
        new Blueprint(
            Release.parse("v1.20.2").orElseThrow(),
            "hall2",
            "",
            Optional.empty(),
            1,
            "",
            "",
            false,
            List.of(),
            Map.of(),
            "",
            60,
            List.of());
    return Recipe.of(Distribution.KUBEADM, blueprint).first(new Self("m0")).files().stream()
        .filter(file -> file.path().endsWith("/access.yaml"))
        .findFirst()
        .orElseThrow()
        .content();
  }

  @Test
  void aRealClusterLetsUsDoOurWorkAndTheOwnerEverything() throws Exception {
    assumeTrue(
        Files.isExecutable(API_SERVER) && Files.isExecutable(ETCD),
        "no Kubernetes in " + CACHE + ": tests/lab/kubernetes makes it");
    var keeping = Keeping.make(authorities, "s3cret");
    var url = started(keeping);
    try (var root = root(url, keeping)) {
      answers(root);
      root.load(new ByteArrayInputStream(access())).create();
      var ours = keeping.ours(authorities, "ca");
      worksWith(root, url, keeping, ours);
      var owner =
          Config.fromKubeconfig(
              keeping.withKubeconfig(authorities, "ca", "hall2", "ada", url).kubeconfig());
      try (var client = new KubernetesClientBuilder().withConfig(owner).build()) {
        assertThat(client.secrets().inAnyNamespace().list().getItems()).isNotNull();
        assertThat(client.nodes().list().getItems()).isEmpty();
      }
      try (var client = as(url, keeping, ours)) {
        assertThatThrownBy(() -> client.secrets().inNamespace("default").list())
            .isInstanceOf(KubernetesClientException.class)
            .hasMessageContaining("rackstead");
      }
    }
  }

  private static KubernetesClient as(String url, Keeping keeping, Pem who) {
    var encoder = Base64.getEncoder();
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withCaCertData(
                    encoder.encodeToString(keeping.ca().getBytes(StandardCharsets.UTF_8)))
                .withClientCertData(
                    encoder.encodeToString(who.certificate().getBytes(StandardCharsets.UTF_8)))
                .withClientKeyData(
                    encoder.encodeToString(who.key().getBytes(StandardCharsets.UTF_8)))
                .withClientKeyAlgo("EC")
                .build())
        .build();
  }

  private static void worksWith(KubernetesClient root, String url, Keeping keeping, Pem ours) {
    var broker =
        new DeclaredBroker(
            new Brokers(Path.of("nowhere")).find("kubernetes-cluster").orElseThrow(),
            Map.of(
                "url",
                url,
                "ca",
                keeping.ca(),
                "certificate",
                ours.certificate(),
                "key",
                ours.key()),
            new Wire(),
            InstantSource.system());
    broker.test();
    var machine = Json.instance().createObjectNode().put("id", "abc123").put("hostname", "m0");
    machine.putObject("labels").put("rackstead.io/kubevirt", "true");
    var handover = new Handover("ho-abc123-3", machine);
    var prepared = broker.prepare(handover);
    var token = "bootstrap-token-" + prepared.kept().get("token_id");
    assertThat(root.secrets().inNamespace("kube-system").withName(token).get()).isNotNull();
    root.nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName("m0")
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .endCondition()
                .endStatus()
                .build())
        .create();
    var receipt = prepared.and(broker.handOver(handover, prepared));
    assertThat(root.nodes().withName("m0").get().getMetadata().getLabels())
        .containsEntry("rackstead.io/kubevirt", "true")
        .containsEntry("rackstead.io/machine", "abc123");
    assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.InService.class);
    assertThat(root.secrets().inNamespace("kube-system").withName(token).get()).isNull();
    broker.takeBack(handover, receipt);
    assertThat(root.nodes().list().getItems()).isEmpty();
  }
}
