package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A layer above that is believed by its own certificate, and no longer when that is another.
class WireTlsTest {
  private static final String FILE =
      """
      name: shelf
      config: {url: {required: true}, ca: {}, token: {secret: true}}
      auth: {kind: bearer, secret: "{{config.token}}"}
      tls: {ca: "{{config.ca}}"}
      test: [{url: "{{config.url}}/"}]
      """;

  @TempDir Path folder;
  private final List<String> heard = new CopyOnWriteArrayList<>();

  private HttpsServer serving(Keys keys) throws Exception {
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(keys.server()));
    server.createContext(
        "/",
        exchange -> {
          heard.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static DeclaredBroker broker(HttpsServer server, String ca) {
    return new DeclaredBroker(
        BrokerFile.parse(FILE),
        Map.of(
            "url",
            "https://127.0.0.1:" + server.getAddress().getPort(),
            "ca",
            ca,
            "token",
            "s3cr3t"),
        new Wire(),
        InstantSource.system());
  }

  @Test
  void whoHasAnotherCertificateGetsNoCredentials() throws Exception {
    var known = Keys.make(folder, "known");
    var other = Keys.make(folder, "other");
    var right = serving(known);
    var changed = serving(other);
    try {
      broker(right, known.pem()).test();
      assertThat(heard).containsExactly("Bearer s3cr3t");
      for (var ca : List.of(known.pem(), "")) {
        assertThatThrownBy(() -> broker(changed, ca).test())
            .isInstanceOf(BrokerException.class)
            .extracting(e -> ((BrokerException) e).kind())
            .isEqualTo(Kind.UNREACHABLE);
      }
      assertThat(heard).hasSize(1);
      assertThatThrownBy(() -> broker(right, "no certificate"))
          .isInstanceOf(BadBroker.class)
          .hasMessageContaining("tls.ca");
    } finally {
      right.stop(0);
      changed.stop(0);
    }
  }
}
