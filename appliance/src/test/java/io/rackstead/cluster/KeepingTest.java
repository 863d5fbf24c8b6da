package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Authorities;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A cluster's authorities, as OpenSSL and kubeadm see them.
class KeepingTest {
  @TempDir Path folder;
  private final Authorities authorities =
      new Authorities(new SecureRandom(), InstantSource.system());

  private String run(String... words) throws IOException, InterruptedException {
    var output = folder.resolve("output");
    var process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    var said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private void write(Keeping keeping) throws IOException {
    for (var file : keeping.files().entrySet()) {
      var path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  @Test
  void openSslBelievesWhoComesWithACertificateOfOurs() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
    var keeping = Keeping.make(authorities, "s3cret");
    write(keeping);
    var ours = keeping.ours(authorities, "ca");
    var certificate = Files.writeString(folder.resolve("ours.crt"), ours.certificate()).toString();
    var ca = folder.resolve("ca.crt").toString();
    assertThat(run("openssl", "verify", "-purpose", "sslclient", "-CAfile", ca, certificate))
        .contains("OK");
    assertThat(run("openssl", "x509", "-noout", "-subject", "-in", certificate))
        .contains("rackstead:provisioners")
        .contains("CN");
    assertThat(run("openssl", "pkey", "-noout", "-in", folder.resolve("sa.key").toString()))
        .isEmpty();
    var etcd = keeping.oursAtEtcd(authorities).certificate();
    var other = Files.writeString(folder.resolve("etcd.crt"), etcd).toString();
    run("openssl", "verify", "-CAfile", folder.resolve("etcd/ca.crt").toString(), other);
  }

  /// The one that `tests/lab/kubernetes` has built, or one that is installed.
  private static Optional<String> kubeadm() {
    var cache =
        Optional.ofNullable(System.getenv("K8S_CACHE"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache/rackstead/kubernetes"));
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Stream.of(cache.resolve("out")), Arrays.stream(path.split(":", -1)).map(Path::of))
        .map(place -> place.resolve("kubeadm"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /// The real one takes our authorities for its own and signs everything else with them.
  @Test
  void kubeadmSignsWithOurAuthorities() throws Exception {
    assumeTrue(kubeadm().isPresent(), "no kubeadm: tests/lab/kubernetes makes one");
    write(Keeping.make(authorities, "s3cret"));
    var config =
        Files.writeString(
            folder.resolve("config.yaml"),
            """
            apiVersion: %s
            kind: ClusterConfiguration
            kubernetesVersion: %s
            certificatesDir: %s
            """
                .formatted(
                    run(kubeadm().get(), "version", "-o", "short").contains("v1.20.")
                        ? "kubeadm.k8s.io/v1beta2"
                        : "kubeadm.k8s.io/v1beta3",
                    run(kubeadm().get(), "version", "-o", "short").strip(),
                    folder));
    var said = run(kubeadm().get(), "init", "phase", "certs", "all", "--config", config.toString());
    assertThat(said)
        .contains("Using existing ca certificate authority")
        .contains("Using existing etcd/ca certificate authority")
        .contains("Using existing front-proxy-ca certificate authority")
        .contains("Using the existing \"sa\" key")
        .doesNotContain("Generating \"ca\"");
    var signed = new ArrayList<String>();
    for (var name : List.of("apiserver", "apiserver-kubelet-client")) {
      signed.add(
          run(
              "openssl",
              "verify",
              "-CAfile",
              folder.resolve("ca.crt").toString(),
              folder.resolve(name + ".crt").toString()));
    }
    assertThat(signed).allMatch(line -> line.contains("OK"));
  }

  @Test
  void whatIsSecretIsNotInWhatItSaysOfItself() {
    assertThat(Keeping.make(authorities, "s3cret").toString())
        .doesNotContain("KEY")
        .doesNotContain("s3cret");
  }
}
