package io.rackstead.broker.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.broker.Receipt;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    for (var node : new String[] {"m0", "m1", "localhost"}) {
      ask("DELETE", "/api/v1/nodes/" + node, "");
    }
  }

  /// What the cluster itself says of tokens, ours to know before we hand one out.
  @Test
  void aTokenThatExpiredBeforeItsNodeJoinedLetsNobodyIn() {
    var old = InstantSource.fixed(InstantSource.system().instant().minusSeconds(7260));
    assertThat(comesIn(broker(old).prepare(handover(UUID)))).isEqualTo(401);
    assertThat(comesIn(broker().prepare(handover(UUID)))).isNotEqualTo(401);
  }

  private int comesIn(Receipt prepared) {
    return new ApiClient(client(), url(), prepared.kept().getOrDefault("token", ""))
        .ask("GET", "/api/v1/nodes", "")
        .path("httpStatus")
        .asInt();
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
