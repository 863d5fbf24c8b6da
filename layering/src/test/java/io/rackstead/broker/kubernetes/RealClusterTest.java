package io.rackstead.broker.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/// The contract with a real API server: `RACKSTEAD_KUBERNETES` names a folder with `url`, `token`
/// (of somebody who may do everything) and `ca.pem`.
@Tag("slow")
class RealClusterTest extends ClusterContract {
  private static final String PLACE =
      java.util.Optional.ofNullable(System.getenv("RACKSTEAD_KUBERNETES")).orElse("");

  private static String read(String name) {
    try {
      return PLACE.isEmpty() ? "" : Files.readString(Path.of(PLACE, name)).strip();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void empty() {
    assumeTrue(!PLACE.isEmpty(), "no API server: RACKSTEAD_KUBERNETES names none");
    for (var pod : new String[] {"web-1", "log-1", "lonely"}) {
      ask("DELETE", "/api/v1/namespaces/default/pods/" + pod + "?gracePeriodSeconds=0", "");
    }
    for (var node : new String[] {"m0", "localhost"}) {
      ask("DELETE", "/api/v1/nodes/" + node, "");
    }
  }

  @Override
  String url() {
    return read("url");
  }

  @Override
  String token() {
    return read("token");
  }

  @Override
  String ca() {
    return read("ca.pem");
  }

  @Override
  HttpClient client() {
    if (PLACE.isEmpty()) {
      return HttpClient.newHttpClient();
    }
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(ca().getBytes(StandardCharsets.US_ASCII))));
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      var context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    } catch (java.security.GeneralSecurityException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
