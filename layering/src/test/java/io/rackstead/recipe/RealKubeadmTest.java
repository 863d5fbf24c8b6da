package io.rackstead.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.broker.BuiltKubernetes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What kubeadm itself says of our configuration: the 1.20 that is built from Debian's source.
class RealKubeadmTest {
  @TempDir Path folder;

  private static Optional<String> kubeadm() {
    return BuiltKubernetes.program("kubeadm");
  }

  @BeforeEach
  void there() throws Exception {
    assumeTrue(kubeadm().isPresent(), "no kubeadm: tests/lab/kubernetes builds one");
    assumeTrue(
        says("version", "-o", "short").contains("v1.20."), "another kubeadm than 1.20 is here");
  }

  private String says(String... words) throws Exception {
    var command = new java.util.ArrayList<>(List.of(kubeadm().orElseThrow()));
    command.addAll(List.of(words));
    var output = folder.resolve("output");
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(String.join(" ", words)).isTrue();
    var said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  /// Written out in full by the real one, with what it did not know left out.
  private String migrated(String config) throws Exception {
    var ours = Files.writeString(folder.resolve("ours.yaml"), config);
    var theirs = folder.resolve("theirs.yaml");
    var said =
        says(
            "config",
            "migrate",
            "--old-config",
            ours.toString(),
            "--new-config",
            theirs.toString());
    assertThat(said).doesNotContain("unknown field").doesNotContain("strict decoding");
    return Files.readString(theirs);
  }

  private static KubeadmConfig config() {
    return new KubeadmConfig(
        RecipeTest.blueprint("v1.20.2", RecipeTest.vip(VirtualIp.Kind.KUBE_VIP), 3));
  }

  @Test
  void kubeadmReadsWhatMakesACluster() throws Exception {
    assertThat(migrated(config().init(new Self("m0", "10.77.0.7"))))
        .contains("controlPlaneEndpoint: 10.77.0.100:6443")
        .contains("podSubnet: 10.244.0.0/16")
        .contains("imageRepository: registry.k8s.io")
        .contains("ttl: 15m0s")
        .contains("clusterName: hall2")
        .contains("name: m0")
        .contains("advertiseAddress: 10.77.0.7")
        .contains("node-ip: 10.77.0.7")
        .contains("criSocket: unix:///run/containerd/containerd.sock");
  }

  @Test
  void kubeadmReadsHowOthersJoin() throws Exception {
    var joining =
        new Joining(
            "10.77.0.100:6443",
            "abcdef.0123456789abcdef",
            "sha256:" + "0123456789abcdef".repeat(4));
    assertThat(migrated(config().join(new Self("m1", "10.77.0.8"), joining, true)))
        .contains("controlPlane:")
        .contains("bindPort: 6443")
        .contains("advertiseAddress: 10.77.0.8")
        .contains("token: abcdef.0123456789abcdef")
        .contains("apiServerEndpoint: 10.77.0.100:6443");
    assertThat(migrated(config().join(new Self("m2"), joining, false)))
        .doesNotContain("controlPlane:")
        .contains("name: m2");
  }

  @Test
  void kubeadmWantsTheImagesThatTheContainerRuntimeIsTold() throws Exception {
    var file =
        Files.writeString(folder.resolve("init.yaml"), config().init(new Self("m0", "10.77.0.7")));
    assertThat(says("config", "images", "list", "--config", file.toString()))
        .contains("registry.k8s.io/kube-apiserver:v1.20.2")
        .contains("registry.k8s.io/pause:" + Release.parse("v1.20.2").orElseThrow().pause());
  }
}
