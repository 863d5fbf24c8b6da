package io.rackstead.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.broker.FirstStart;
import io.rackstead.recipe.Fetched.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each kind of node comes in with, in full, as files beside this test (`-Dgolden=write`
/// records them anew).
class RecipeTest {
  private static final Path FOLDER = Path.of("src/test/resources/io/rackstead/recipe");
  private static final String SHA = "0123456789abcdef".repeat(4);
  private static final Joining JOINING =
      new Joining("10.77.0.100:6443", "abcdef.0123456789abcdef", "sha256:" + SHA);

  static Blueprint blueprint(String release, Optional<VirtualIp> vip, int controls) {
    return new Blueprint(
        Release.parse(release).orElseThrow(),
        "hall2",
        vip.map(VirtualIp::address).orElse(""),
        vip,
        controls,
        "10.244.0.0/16",
        "",
        true,
        List.of(
            new Fetched(
                "kubelet", "http://10.77.0.1/k", SHA, Kind.FILE, "/usr/bin/kubelet", "0755"),
            new Fetched(
                "cni-plugins", "http://10.77.0.1/p", SHA, Kind.TREE, "/opt/cni/bin", "0644"),
            new Fetched("images", "http://10.77.0.1/i", SHA, Kind.IMAGES, "", "0600"),
            new Fetched("flannel", "http://10.77.0.1/f", SHA, Kind.MANIFEST, "", "0600")),
        Map.of(
            "ca.crt", "CA\n",
            "ca.key", "CA key\n",
            "client-ca.crt", "client CA\n",
            "etcd/ca.crt", "etcd CA\n",
            "sa.key", "service key\n"),
        "s3cret",
        1200,
        List.of());
  }

  static Optional<VirtualIp> vip(VirtualIp.Kind kind) {
    return Optional.of(
        new VirtualIp(
            "10.77.0.100", kind, "v0.8.7", kind == VirtualIp.Kind.KEEPALIVED ? "ens3" : ""));
  }

  private static String shown(FirstStart start) {
    var files =
        start.files().stream()
            .map(file -> "== %s %s\n%s".formatted(file.path(), file.mode(), file.text()))
            .collect(Collectors.joining());
    var commands =
        start.commands().stream()
            .map(words -> String.join(" ", words))
            .collect(Collectors.joining("\n"));
    return files + "== commands\n" + commands + "\n";
  }

  private static void golden(String name, FirstStart start) {
    var file = FOLDER.resolve(name + ".txt");
    try {
      if ("write".equals(System.getProperty("golden"))) {
        Files.writeString(file, shown(start));
      }
      assertThat(shown(start)).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.20.2", "v1.28.9", "v1.33.1"})
  void aKubeadmClusterIsMadeAndJoined(String release) {
    var recipe =
        Recipe.of(Distribution.KUBEADM, blueprint(release, vip(VirtualIp.Kind.KUBE_VIP), 3));
    golden("kubeadm-" + release + "-first", recipe.first(new Self("m0")));
    golden("kubeadm-" + release + "-control", recipe.control(new Self("m1", "10.77.0.8"), JOINING));
    golden("kubeadm-" + release + "-worker", recipe.worker(new Self("m2"), JOINING));
  }

  @Test
  void anAddressCanBeHeldByKeepalived() {
    var cluster = blueprint("v1.31.4", vip(VirtualIp.Kind.KEEPALIVED), 3);
    golden(
        "kubeadm-keepalived-first", Recipe.of(Distribution.KUBEADM, cluster).first(new Self("m0")));
  }

  @Test
  void aSingleControlPlaneNeedsNoAddressOfItsOwn() {
    var cluster = blueprint("v1.31.4", Optional.empty(), 1);
    golden(
        "kubeadm-single-first",
        Recipe.of(Distribution.KUBEADM, cluster).first(new Self("m0", "10.77.0.7")));
  }

  @ParameterizedTest
  @CsvSource({"K3S, v1.31.4+k3s1", "RKE2, v1.31.4+rke2r1"})
  void k3sAndRke2AreMadeAsIsPublishedOfThem(Distribution distribution, String release) {
    var name = distribution.name().toLowerCase(java.util.Locale.ROOT);
    var recipe = Recipe.of(distribution, blueprint(release, vip(VirtualIp.Kind.KUBE_VIP), 3));
    golden(name + "-first", recipe.first(new Self("m0")));
    golden(name + "-control", recipe.control(new Self("m1", "10.77.0.8"), JOINING));
    golden(name + "-worker", recipe.worker(new Self("m2"), JOINING));
  }

  @ParameterizedTest
  @CsvSource({
    "1.20.2, kubeadm.k8s.io/v1beta2",
    "v1.21.14, kubeadm.k8s.io/v1beta2",
    "v1.22.0, kubeadm.k8s.io/v1beta3",
    "v1.30.9, kubeadm.k8s.io/v1beta3",
    "v1.31.0, kubeadm.k8s.io/v1beta4",
    "v1.40.0-rc.1, kubeadm.k8s.io/v1beta4"
  })
  void eachReleaseIsToldInTheApiThatItSpeaks(String release, String api) {
    assertThat(Release.parse(release).orElseThrow().kubeadmApi()).isEqualTo(api);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1.19.16",
        "2.0.0",
        "v1.31",
        "v1.31.4; rm",
        "v1.31.4\n",
        "1.9999.1",
        "latest"
      })
  void whatIsNoReleaseIsNone(String text) {
    assertThat(Release.parse(text)).isEmpty();
  }

  @Test
  void noSecretIsInWhatAPlanSaysOfItself() {
    assertThat(blueprint("v1.31.4", Optional.empty(), 1).toString() + JOINING)
        .doesNotContain("s3cret", "abcdef.", "CA key");
  }
}
