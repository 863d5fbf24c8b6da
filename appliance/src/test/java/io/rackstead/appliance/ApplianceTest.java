package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.cli.Cli;
import io.rackstead.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole appliance in this process, on loopback and ports that nobody needs a right for.
class ApplianceTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path data;

  private Appliance start(int api, int dhcp, int tftp) throws Exception {
    var config =
        ConfigReader.read(
                List.of(
                    "--data",
                    data.toString(),
                    "--http.address",
                    "127.0.0.1",
                    "--http.port",
                    "" + api,
                    "--pxe.dhcp-port",
                    "" + dhcp,
                    "--pxe.proxy-port",
                    "-1",
                    "--pxe.tftp-port",
                    "" + tftp,
                    "--pxe.http-port",
                    "0",
                    "--dns.port",
                    "0",
                    "--network",
                    "lo 127.0.0.0/8 server 127.0.1.10-127.0.1.20"),
                Map.of())
            .config();
    return Appliance.start(
        config,
        new Outside(InstantSource.system(), new SecureRandom(), _ -> new FakeBmcs(), _ -> {}));
  }

  private static String health(int port) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build(),
              BodyHandlers.ofString())
          .body();
    }
  }

  private static String detail(Appliance appliance, String name) {
    return appliance.status().services().stream()
        .filter(service -> service.name().equals(name))
        .map(service -> service.state() + " " + service.detail())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void bootPortsThatAreTakenAreSaidByHealthAndInOneLineEachAndTheRestRuns() throws Exception {
    try (var dhcp = new DatagramSocket(0, InetAddress.getByName("0.0.0.0"));
        var tftp = new DatagramSocket(0, LOOPBACK);
        var appliance = start(0, dhcp.getLocalPort(), tftp.getLocalPort())) {
      int port = appliance.serving().get(20, TimeUnit.SECONDS);
      var health = Json.parse(health(port).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(health.path("status").asText()).isEqualTo("degraded");
      assertThat(health.at("/services/dhcp").asText()).isEqualTo("failed");
      assertThat(health.at("/services/tftp").asText()).isEqualTo("failed");
      assertThat(health.at("/services/http").asText()).isEqualTo("serving");
      assertThat(health.at("/services/database").asText()).isEqualTo("serving");
      assertThat(detail(appliance, "dhcp"))
          .contains("port " + dhcp.getLocalPort(), "is taken by another program", "ss -lnp")
          .doesNotContain("\n");
      assertThat(detail(appliance, "tftp"))
          .contains("port " + tftp.getLocalPort(), "is taken by another program", "ss -lnp")
          .doesNotContain("\n");
    }
  }

  @Test
  void anApiPortThatIsTakenIsOneLineAndBootServicesRunUntilItIsFree() throws Exception {
    var other = new ServerSocket(0, 1, LOOPBACK);
    try (var appliance = start(other.getLocalPort(), freeUdp(), freeUdp())) {
      assertThat(detail(appliance, "api"))
          .startsWith("FAILED")
          .contains("127.0.0.1:" + other.getLocalPort(), "the port is taken", "--http.port")
          .doesNotContain("\n");
      assertThat(detail(appliance, "dhcp")).startsWith("SERVING");
      assertThat(detail(appliance, "tftp")).startsWith("SERVING");
      int port = other.getLocalPort();
      other.close();
      assertThat(appliance.serving().get(30, TimeUnit.SECONDS)).isEqualTo(port);
      assertThat(health(port)).contains("\"api\":\"serving\"");
    } finally {
      other.close();
    }
  }

  @Test
  void anUnknownClientIsExplainedTwiceTheSameAndNothingIsHeldForIt() throws Exception {
    try (var appliance = start(0, freeUdp(), freeUdp())) {
      appliance.serving().get(20, TimeUnit.SECONDS);
      var first = explain("--mac", "52:54:00:00:00:0a");
      assertThat(first)
          .contains(
              "network  127.0.0.0/8",
              "yiaddr 127.0.1.10",
              "rule     ",
              "no ephemeral system for amd64");
      assertThat(explain("--mac", "52:54:00:00:00:0a")).isEqualTo(first);
      // nothing was held for the one who was only asked about
      assertThat(explain("--mac", "52:54:00:00:00:0b")).contains("yiaddr 127.0.1.10");
      assertThat(explain("--mac", "52:54:00:00:00:0a", "--relay", "172.16.0.1"))
          .contains("no served network fits");
      assertThat(explain("--mac", "nobody")).contains("not a MAC address: nobody");
      assertThat(explain("--mac", "52:54:00:00:00:0a", "--stage", "moon"))
          .contains("stage is one of firmware, loader, script, system, got moon");
    }
  }

  private String explain(String... words) {
    var said = new ByteArrayOutputStream();
    var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    var all =
        Stream.of(Stream.of("explain"), Stream.of(words), Stream.of("--data", data.toString()))
            .flatMap(part -> part)
            .toList();
    Cli.run(
        all,
        stream,
        stream,
        _ -> {
          throw new IllegalStateException("the appliance runs, its database is not opened");
        });
    return said.toString(StandardCharsets.UTF_8);
  }

  private static int freeUdp() throws IOException {
    try (var socket = new DatagramSocket(0, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}
