package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Secret;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.agent.AgentWork;
import io.rackstead.appliance.Ironic;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.http.Json;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Both of our brokers for Ironic, with Debian's Ironic. With `RACKSTEAD_RECORD` what is said is
/// written down for the tests that have none.
@Tag("slow")
class IronicBrokerTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"ironic, active", "ironic-enrol, available"})
  void aMachineIsANodeOfIronicsUntilItIsTakenBack(String broker, String state) throws Exception {
    assumeTrue(Ironic.installed(), "python3-ironic is not installed");
    try (var ironic = Ironic.start(Files.createDirectories(folder.resolve("ironic")));
        var recording = new Recording("http://127.0.0.1:" + ironic.port());
        var served = new Served(folder.resolve("data"))) {
      var admin = served.person("ada", Role.ADMIN);
      var put =
          admin.put(
              "/api/targets/above",
              "{\"broker\":\"%s\",\"config\":{\"url\":\"%s\",\"driver\":\"fake-hardware\"}}"
                  .formatted(broker, recording.url()));
      assertThat(put.status()).as(put.body()).isEqualTo(200);
      assertThat(admin.json("/api/targets/above/test", "{}").json().path("why").asText()).isEmpty();
      var machine = deployed(served, admin);
      assertThat(handOver(served, admin, machine)).isEqualTo("in service");
      var id = admin.get("/api/machines/" + machine.id() + "/hand-over").json().path("id").asText();
      var node = node(ironic, machine.hostname());
      assertThat(node.path("provision_state").asText()).isEqualTo(state);
      assertThat(node.path("properties").path("memory_mb").asInt()).isEqualTo(8192);
      assertThat(node.at("/driver_info/ipmi_address").asText()).isEqualTo("10.78.0.1");
      assertThat(get(ironic, "/v1/ports?node=" + node.path("uuid").asText()).path("ports"))
          .hasSize(1);
      assertThat(served.handovers.holds(served.now(machine))).isPresent();
      assertThat(until(served, admin, machine, "taken back")).isEqualTo("taken back");
      assertThat(status(ironic, "/v1/nodes/" + machine.hostname())).isEqualTo(404);
      if (System.getenv("RACKSTEAD_RECORD") != null) {
        recording.write(
            Path.of(
                "../layering/src/main/resources/io/rackstead/broker/declared/"
                    + broker
                    + ".exchange.json"),
            served.handovers.handover(machine, id, ""),
            "{\"driver\":\"fake-hardware\",\"url\":\"https://layer.example\"}");
      }
    }
  }

  private static Machine deployed(Served served, Person admin) {
    var machine = served.ready();
    admin.json("/api/machines/" + machine.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    return served.now(machine);
  }

  private static String handOver(Served served, Person admin, Machine machine) throws Exception {
    var answer =
        admin.json("/api/machines/" + machine.id() + "/hand-over", "{\"target\":\"above\"}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return until(served, admin, machine, "in service");
  }

  private static String until(Served served, Person admin, Machine machine, String wanted)
      throws Exception {
    var path = "/api/machines/" + machine.id() + "/hand-over";
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while (System.nanoTime() < patience) {
      served.handovers.look();
      var told = admin.get(path).json();
      if (told.path("state").asText().equals(wanted)) {
        return wanted;
      }
      if (told.path("state").asText().matches("failed|stuck")) {
        return told.toString();
      }
      served.site.pass(Duration.ofSeconds(5));
      TimeUnit.MILLISECONDS.sleep(500);
    }
    return admin.get(path).body();
  }

  @Test
  void aNodeOfThatNameThatIsNotOursIsLeftAlone() throws Exception {
    assumeTrue(Ironic.installed(), "python3-ironic is not installed");
    try (var ironic = Ironic.start(Files.createDirectories(folder.resolve("ironic")));
        var served = new Served(folder.resolve("data"))) {
      var admin = served.person("ada", Role.ADMIN);
      admin.put(
          "/api/targets/above",
          "{\"broker\":\"ironic\",\"config\":{\"url\":\"http://127.0.0.1:%d\",\"driver\":\"fake-hardware\"}}"
              .formatted(ironic.port()));
      var machine = deployed(served, admin);
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ironic.port() + "/v1/nodes"))
              .header("X-OpenStack-Ironic-API-Version", "1.78")
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"name\":\"%s\",\"driver\":\"fake-hardware\"}"
                          .formatted(machine.hostname())));
      assertThat(send(request).statusCode()).isEqualTo(201);
      assertThat(handOver(served, admin, machine)).contains("failed").contains("/extra/rackstead");
      assertThat(node(ironic, machine.hostname()).path("provision_state").asText())
          .isEqualTo("enroll");
    }
  }

  /// Its own hardware type, by what we hand over of the BMC: it adopts what was installed, has the
  /// disk started from, and switches the server.
  @ParameterizedTest
  @CsvSource({"ironic, active", "ironic-enrol, available"})
  void ironicSwitchesTheServerByOurBmcData(String broker, String state) throws Exception {
    assumeTrue(Ironic.installed(), "python3-ironic is not installed");
    assumeTrue(OpenIpmi.installed(), "ipmi_sim (openipmi) or ipmitool is not installed");
    try (var bmc = OpenIpmi.start(Files.createDirectories(folder.resolve("bmc")));
        var ironic = Ironic.start(Files.createDirectories(folder.resolve("ironic")));
        var served = new Served(folder.resolve("data"))) {
      var admin = served.person("ada", Role.ADMIN);
      admin.put(
          "/api/targets/above",
          "{\"broker\":\"%s\",\"config\":{\"url\":\"http://127.0.0.1:%d\",\"driver\":\"ipmi\"}}"
              .formatted(broker, ironic.port()));
      var machine = deployed(served, admin);
      var at = new BmcAddress("ipmi", "127.0.0.1", bmc.port());
      served.site.machines.apply(
          machine.id(), new Event.SetPower(Optional.of(at), OpenIpmi.USER), Actor.APPLIANCE);
      served.site.database.change(tx ->
          served.site.vault.put(
              tx, AgentWork.bmcPassword(machine.id()), Secret.of(OpenIpmi.PASSWORD)));

      assertThat(handOver(served, admin, machine)).isEqualTo("in service");
      assertThat(node(ironic, machine.hostname()).path("provision_state").asText())
          .isEqualTo(state);
      assertThat(bmc.power()).isEqualTo("1");
      for (var wanted : List.of("off", "on")) {
        var request =
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:%d/v1/nodes/%s/states/power"
                            .formatted(ironic.port(), machine.hostname())))
                .header("X-OpenStack-Ironic-API-Version", "1.78")
                .header("Content-Type", "application/json")
                .PUT(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"target\":\"power %s\"}".formatted(wanted)));
        // a node that it is busy with is locked, and its clients ask again
        var answer = send(request);
        for (int tries = 1; answer.statusCode() == 409 && tries < 60; tries++) {
          TimeUnit.SECONDS.sleep(1);
          answer = send(request);
        }
        assertThat(answer.statusCode()).isEqualTo(202);
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        var power = wanted.equals("on") ? "1" : "0";
        while (!bmc.power().equals(power) && System.nanoTime() < patience) {
          TimeUnit.MILLISECONDS.sleep(200);
        }
        assertThat(bmc.power()).as(bmc.said()).isEqualTo(power);
      }
      assertThat(until(served, admin, machine, "in service")).isEqualTo("in service");
    }
  }

  private static JsonNode node(Ironic ironic, String name) throws Exception {
    return get(ironic, "/v1/nodes/" + name);
  }

  private static JsonNode get(Ironic ironic, String path) throws Exception {
    return Json.parse(asked(ironic, path).body());
  }

  private static int status(Ironic ironic, String path) throws Exception {
    return asked(ironic, path).statusCode();
  }

  private static java.net.http.HttpResponse<byte[]> asked(Ironic ironic, String path)
      throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ironic.port() + path))
            .header("X-OpenStack-Ironic-API-Version", "1.78"));
  }

  private static java.net.http.HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(request.build(), BodyHandlers.ofByteArray());
    }
  }
}
