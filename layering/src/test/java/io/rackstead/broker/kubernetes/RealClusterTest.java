package io.rackstead.broker.kubernetes;

import java.net.http.HttpClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The contract with a real kube-apiserver, where one has been built.
class RealClusterTest extends ClusterContract {
  @TempDir static Path folder;
  private static @Nullable RealControlPlane plane;

  @BeforeAll
  static void start() {
    plane = RealControlPlane.start(folder);
  }

  @AfterAll
  static void stop() {
    if (plane != null) {
      plane.close();
    }
  }

  private static RealControlPlane plane() {
    if (plane == null) {
      throw new IllegalStateException("the control plane has not started");
    }
    return plane;
  }

  @BeforeEach
  void empty() {
    for (var pod : new String[] {"web-1", "log-1", "lonely"}) {
      ask("DELETE", "/api/v1/namespaces/default/pods/" + pod + "?gracePeriodSeconds=0", "");
    }
    for (var node : new String[] {"m0", "localhost"}) {
      ask("DELETE", "/api/v1/nodes/" + node, "");
    }
  }

  @Override
  String url() {
    return plane().credential("url");
  }

  @Override
  String token() {
    return plane().credential("token");
  }

  @Override
  String ca() {
    return plane().credential("ca.pem");
  }

  @Override
  HttpClient client() {
    return plane().client();
  }
}
