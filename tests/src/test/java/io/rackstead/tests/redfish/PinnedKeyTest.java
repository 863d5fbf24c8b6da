package io.rackstead.tests.redfish;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The key that a BMC showed first is its key; whoever shows another one is told nothing.
class PinnedKeyTest {
  @TempDir Path folder;

  private final Map<Integer, String> pins = new ConcurrentHashMap<>();

  private BmcTrust trust() {
    return new BmcTrust() {
      @Override
      public String pin(BmcAddress address, String seen) {
        return pins.computeIfAbsent(address.port(), _ -> seen);
      }

      @Override
      public String howToAccept(BmcAddress address, String seen) {
        return "accept " + seen;
      }
    };
  }

  private static Bmc dial(RedfishDialer dialer, int port) {
    return dialer.dial(
        new BmcAddress("redfish+https", "127.0.0.1", port),
        new BmcCredentials("admin", "secret".toCharArray()));
  }

  @Test
  void theFirstKeyIsPinnedAndAnotherOneLaterGetsNoCredentials() throws Exception {
    int port;
    try (var dialer = new RedfishDialer(RedfishSettings.DEFAULT, trust(), BmcTrace.NONE)) {
      try (var real =
          new SimulatedRedfish(Optional.of(Tls.selfMade(folder)), SimulatedServer.usual())) {
        port = real.port();
        try (var bmc = dial(dialer, port)) {
          assertThat(bmc.power()).isEqualTo(PowerState.OFF);
        }
        assertThat(pins.get(port)).matches("sha256:[0-9a-f]{64}");
        dialer.close();
      }
    }
    var known = pins.get(port);
    try (var dialer = new RedfishDialer(RedfishSettings.DEFAULT, trust(), BmcTrace.NONE);
        var other =
            new SimulatedRedfish(
                Optional.of(Tls.selfMade(folder)), port, SimulatedServer.usual())) {
      assertThatThrownBy(() -> dial(dialer, port))
          .isInstanceOfSatisfying(
              BmcException.class, e -> assertThat(e.kind()).isEqualTo(BmcException.Kind.UNTRUSTED))
          .hasMessageContaining("was " + known)
          .hasMessageContaining("no credentials were sent")
          .hasMessageContaining("accept sha256:");
      assertThat(other.heard).isEmpty();
      assertThat(pins).containsEntry(port, known);

      pins.remove(port); // a person has accepted it
      try (var bmc = dial(dialer, port)) {
        assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      }
      assertThat(pins.get(port)).isNotEqualTo(known);
    }
  }

  @Test
  void aServiceWithoutTlsIsNotMistakenForOneWith() throws Exception {
    try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var dialer = new RedfishDialer(RedfishSettings.DEFAULT, trust(), BmcTrace.NONE)) {
      var server =
          Thread.startVirtualThread(() -> {
            try (var client = plain.accept()) {
              client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
              client.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThatThrownBy(() -> dial(dialer, plain.getLocalPort()))
          .isInstanceOf(BmcException.class)
          .hasMessageContaining("no TLS with it");
      server.join();
    }
    assertThat(pins).isEmpty();
  }
}
