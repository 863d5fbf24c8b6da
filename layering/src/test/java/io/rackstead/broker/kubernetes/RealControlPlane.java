package io.rackstead.broker.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.broker.BuiltKubernetes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// etcd and kube-apiserver as processes on loopback, where `tests/lab/kubernetes` has built them.
final class RealControlPlane implements AutoCloseable {
  private static final Path CACHE = BuiltKubernetes.CACHE;
  private static final Path SCRIPT =
      Path.of(System.getProperty("basedir", ""), "../tests/lab/kubernetes/controlplane.sh")
          .toAbsolutePath()
          .normalize();

  private final Path folder;
  private final List<String> ports;

  private RealControlPlane(Path folder, List<String> ports) {
    this.folder = folder;
    this.ports = ports;
  }

  /// @param folder for its state, removed by whoever made it
  static RealControlPlane start(Path folder) {
    assumeTrue(
        Files.isExecutable(CACHE.resolve("out/kube-apiserver"))
            && Files.isExecutable(CACHE.resolve("debroot/usr/bin/etcd")),
        "no Kubernetes in " + CACHE + ": tests/lab/kubernetes/fetch.sh and build.sh make it");
    var plane = new RealControlPlane(folder, freePorts());
    try {
      plane.run("up");
      plane.run("credentials", folder.resolve("credentials").toString());
      return plane;
    } catch (AssertionError e) {
      plane.close();
      throw e;
    }
  }

  /// @param name `url`, `token` or `ca.pem`
  String credential(String name) {
    try {
      return Files.readString(folder.resolve("credentials").resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// One that believes the cluster's CA.
  HttpClient client() {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      credential("ca.pem").getBytes(StandardCharsets.US_ASCII))));
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void run(String... arguments) {
    var command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    var said = folder.resolve("said.log").toFile();
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said);
    var environment = builder.environment();
    environment.put("K8S_CACHE", CACHE.toString());
    environment.put("K8S_LAB", folder.resolve("state").toString());
    environment.put("CP_NS", "");
    environment.put("CP_IP", "127.0.0.1");
    environment.put("CP_PARTS", "etcd kube-apiserver");
    environment.put("CP_PORT", ports.get(0));
    environment.put("ETCD_PORT", ports.get(1));
    environment.put("ETCD_PEER_PORT", ports.get(2));
    try {
      var process = builder.start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError(command + " took more than 5 minutes");
      }
      if (process.exitValue() != 0) {
        throw new AssertionError(command + " failed: " + Files.readString(said.toPath()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(command + " was interrupted", e);
    }
  }

  /// Three at once, so that they differ.
  private static List<String> freePorts() {
    try (var one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var three = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of(
          Integer.toString(one.getLocalPort()),
          Integer.toString(two.getLocalPort()),
          Integer.toString(three.getLocalPort()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    run("down");
  }
}
