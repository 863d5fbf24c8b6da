package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rackstead.appliance.Appliance;
import io.rackstead.appliance.Config;
import io.rackstead.appliance.Outside;
import io.rackstead.dns.DnsConfig;
import io.rackstead.pxe.PxeConfig;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine with power type `redfish`, from the MAAS API to the server's lamp: the second half of
/// a twin, behind TLS with a certificate that the BMC has made for itself.
class RedfishMachineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path data;

  private final HttpClient http = HttpClient.newHttpClient();
  private final SimulatedServer left =
      new SimulatedServer("Node1", "4c4c4544-0042-3510-8056-b9c04f4e5801", "S1");
  private final SimulatedServer right =
      new SimulatedServer("Node2", "4c4c4544-0042-3510-8056-b9c04f4e5802", "S2");
  private String base = "";
  private String cookie = "";

  private Appliance start() throws Exception {
    var usual = Config.DEFAULT;
    var pxe = usual.pxe();
    var config =
        new Config(
            data.resolve("data"),
            new Config.Http("127.0.0.1", 0),
            new PxeConfig(
                PxeConfig.OFF,
                PxeConfig.OFF,
                PxeConfig.OFF,
                0,
                pxe.bindAddress(),
                data.resolve("leases"),
                pxe.loaderDirectory()),
            usual.networks(),
            usual.accept(),
            usual.bmcUser(),
            usual.effort(),
            usual.plaintextFrom(),
            usual.brake(),
            new DnsConfig(DnsConfig.OFF, Optional.empty()),
            usual.database(),
            true);
    var appliance = Appliance.start(config, Outside.real());
    base = "http://127.0.0.1:" + appliance.serving().get(60, TimeUnit.SECONDS);
    return appliance;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(
        request.header("Cookie", cookie).header("X-Rackstead", "page").build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> act(JsonNode machine, String verb, String body) throws Exception {
    var path = "/api/machines/" + machine.path("system_id").asText() + "/actions/" + verb;
    return send(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private JsonNode maas(JsonNode machine, String operation) throws Exception {
    var path =
        "/MAAS/api/2.0/machines/%s/?op=%s".formatted(machine.path("system_id").asText(), operation);
    return JSON.readTree(send(HttpRequest.newBuilder(URI.create(base + path))).body());
  }

  private JsonNode create(Map<String, String> form) throws Exception {
    var body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    var answer =
        send(
            HttpRequest.newBuilder(URI.create(base + "/MAAS/api/2.0/machines/"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private void logIn(String password) throws Exception {
    var answer =
        send(
            HttpRequest.newBuilder(URI.create(base + "/api/session"))
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        JSON.writeValueAsString(
                            Map.of("username", "admin", "password", password)))));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    cookie = answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", -1)[0];
  }

  @Test
  void aMachineIsSwitchedThroughTheMaasApiAndAnotherKeyIsObeyedOnlyAfterAPersonAcceptedIt()
      throws Exception {
    try (var appliance = start()) {
      logIn(appliance.firstPassword().orElseThrow().reveal());
      JsonNode machine;
      int port;
      try (var service =
          new SimulatedRedfish(Optional.of(Tls.selfMade(data.resolve("a"))), left, right)) {
        port = service.port();
        machine =
            create(
                Map.of(
                    "architecture", "amd64/generic",
                    "mac_addresses", "52:54:00:00:00:02",
                    "hostname", "twin-2",
                    "commission", "false",
                    "power_type", "redfish",
                    "power_parameters_power_address", "https://127.0.0.1:" + port,
                    "power_parameters_power_user", "admin",
                    "power_parameters_power_pass", "secret",
                    "power_parameters_node_id", "Node2"));
        assertThat(machine.path("power_type").asText()).isEqualTo("redfish");
        assertThat(maas(machine, "query_power_state").path("state").asText()).isEqualTo("off");
        assertThat(act(machine, "power-on", "{}").statusCode()).isEqualTo(200);
        assertThat(right.on).isTrue();
        assertThat(left.on).isFalse();
        assertThat(maas(machine, "query_power_state").path("state").asText()).isEqualTo("on");
        var parameters = maas(machine, "power_parameters");
        assertThat(parameters.path("node_id").asText()).isEqualTo("Node2");
        assertThat(parameters.path("power_address").asText()).isEqualTo("127.0.0.1:" + port);
        assertThat(service.openSessions()).isEqualTo(1);
      }
      try (var other =
          new SimulatedRedfish(Optional.of(Tls.selfMade(data.resolve("b"))), port, left, right)) {
        var refused = act(machine, "power-off", "{}");
        assertThat(refused.statusCode()).isEqualTo(503);
        var detail = JSON.readTree(refused.body()).path("detail").asText();
        assertThat(detail)
            .contains("its TLS key is not the one it had", "no credentials were sent", "trust-bmc");
        assertThat(other.heard).isEmpty();
        assertThat(right.on).isTrue();

        var seen = Pattern.compile("is (sha256:[0-9a-f]{64})").matcher(detail);
        assertThat(seen.find()).isTrue();
        assertThat(act(machine, "trust-bmc", "{\"fingerprint\": \"sha256:12\"}").statusCode())
            .isEqualTo(400);
        assertThat(
                act(
                        machine,
                        "trust-bmc",
                        "{\"fingerprint\": \"%s\", \"ssh_port\": 70000}".formatted(seen.group(1)))
                    .statusCode())
            .isEqualTo(400);
        var accepted = act(machine, "trust-bmc", "{\"fingerprint\": \"" + seen.group(1) + "\"}");
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(200);
        assertThat(act(machine, "power-off", "{}").statusCode()).isEqualTo(200);
        assertThat(right.on).isFalse();
        appliance.close();
        assertThat(other.openSessions()).isZero();
      }
    }
  }
}
