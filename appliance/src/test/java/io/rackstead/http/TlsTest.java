package io.rackstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Certificates;
import io.rackstead.http.Route.Access;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
  @TempDir Path folder;

  private KeyStore keys() throws IOException {
    return new Certificates(new SecureRandom(), InstantSource.system())
        .own(folder, List.of("localhost", "127.0.0.1"));
  }

  private static HttpServer start(Tls tls) throws IOException {
    return HttpServer.start(
        "127.0.0.1",
        0,
        Optional.of(tls),
        List.of(Route.get("/api/how", Access.PUBLIC, r -> Reply.text(200, "tls " + r.secure()))),
        List.of(),
        _ -> {
          throw new Problem(401, "nobody");
        },
        StaticPages.ofClassPath());
  }

  private HttpClient trusting() throws Exception {
    try (var in = Files.newInputStream(folder.resolve("tls/ca.pem"))) {
      var anchors = KeyStore.getInstance("PKCS12");
      anchors.load(null, new char[0]);
      anchors.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      var trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(anchors);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    }
  }

  private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
    return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  @Test
  void whoTrustsOurCaTalksOverTlsByNameAndByAddress() throws Exception {
    try (var server = start(new Tls(0, keys(), false, false))) {
      for (var host : List.of("localhost", "127.0.0.1")) {
        var answer = get(trusting(), "https://" + host + ":" + server.tlsPort() + "/api/how");
        assertThat(answer.body()).isEqualTo("tls true");
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
      }
      try (var stranger = HttpClient.newHttpClient()) {
        var url = "https://localhost:" + server.tlsPort() + "/api/how";
        assertThatThrownBy(() -> get(stranger, url)).isInstanceOf(SSLHandshakeException.class);
        var plain = get(stranger, "http://127.0.0.1:" + server.port() + "/api/how");
        assertThat(plain.body()).isEqualTo("tls false");
      }
    }
  }

  @Test
  void theCaStaysOverAStartAndItsKeyIsForNobodyElse() throws Exception {
    keys();
    var first = Files.readString(folder.resolve("tls/ca.pem"));
    var again = (X509Certificate) keys().getCertificateChain("api")[1];
    assertThat(Files.readString(folder.resolve("tls/ca.pem"))).isEqualTo(first);
    assertThat(again.getBasicConstraints()).isNotNegative();
    var key = folder.resolve("secrets/ca.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  @Test
  void aGivenCertificateBindsBrowsersToTls() throws Exception {
    keys();
    var given =
        new Certificates(new SecureRandom(), InstantSource.system())
            .given(folder.resolve("tls/ca.pem"), folder.resolve("secrets/ca.key"));
    assertThat(given.getCertificateChain("api")).hasSize(1);
    try (var server = start(new Tls(0, keys(), true, false))) {
      var answer = get(trusting(), "https://localhost:" + server.tlsPort() + "/api/how");
      assertThat(answer.headers().firstValue("Strict-Transport-Security"))
          .contains("max-age=31536000");
      try (var client = HttpClient.newHttpClient()) {
        var plain = get(client, "http://127.0.0.1:" + server.port() + "/api/how");
        assertThat(plain.headers().firstValue("Strict-Transport-Security")).isEmpty();
      }
    }
    Files.writeString(folder.resolve("bad.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    var certificates = new Certificates(new SecureRandom(), InstantSource.system());
    assertThatThrownBy(
            () -> certificates.given(folder.resolve("tls/ca.pem"), folder.resolve("bad.pem")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("openssl pkcs8");
  }

  @Test
  void aTlsPortThatIsTakenKeepsNobodyFromPlainHttp() throws Exception {
    try (var other = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        var server = start(new Tls(other.getLocalPort(), keys(), false, false));
        var client = HttpClient.newHttpClient()) {
      assertThat(server.tlsPort()).isEqualTo(-1);
      var plain = get(client, "http://127.0.0.1:" + server.port() + "/api/how");
      assertThat(plain.body()).isEqualTo("tls false");
    }
  }
}
