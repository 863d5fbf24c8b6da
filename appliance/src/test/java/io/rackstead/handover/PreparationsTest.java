package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a machine comes in with: a token minted for it by the layer above, a real HTTP server.
@SuppressWarnings("NullAway.Init")
class PreparationsTest {
  private static final String CLUB =
      """
      name: club
      config: {url: {required: true}}
      patience: {prepared_s: 600, proof_s: 60}
      prepare:
        - {method: POST, url: "{{config.url}}/tokens", body: {for: "{{handover.id}}"}, extract: {ticket: /ticket}}
      node:
        files: [{path: /etc/club, content: {ticket: "{{kept.ticket}}"}}]
        commands: [[join, "{{kept.ticket}}"]]
      proof:
        - {url: "{{config.url}}/members/{{kept.ticket}}", expect: {/name: "{{machine.hostname}}"}}
      take_back:
        - {method: DELETE, url: "{{config.url}}/members/{{kept.ticket}}", gone: [404]}
      """;

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private HttpServer above;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile int status = 200;

  @BeforeEach
  void start() throws IOException {
    var own = Files.createDirectories(folder.resolve("data/brokers/club"));
    Files.writeString(own.resolve("broker.yaml"), CLUB);
    served = new Served(folder.resolve("data"));
    admin = served.person("ada", Role.ADMIN);
    above = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    above.createContext("/", this::answer);
    above.start();
    admin.put(
        "/api/targets/club",
        "{\"broker\":\"club\",\"config\":{\"url\":\"http://127.0.0.1:"
            + above.getAddress().getPort()
            + "\"}}");
    admin.put(
        "/api/policies",
        "{\"version\":0,\"policies\":[{\"name\":\"p\",\"when\":\"arch ="
            + " amd64\",\"image\":\"debian-12\",\"target\":\"club\"}]}");
  }

  @AfterEach
  void stop() {
    above.stop(0);
    served.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
    var body =
        exchange.getRequestMethod().equals("POST")
            ? "{\"ticket\":\"t1cket-" + asked.size() + "\"}"
            : "{\"name\":\"m0\"}";
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Machine deploying() {
    var machine = served.ready();
    admin.json("/api/policies/apply", "{\"machines\":[\"" + machine.id() + "\"]}");
    served.policies.follow(served.now(machine));
    return served.now(machine);
  }

  private String script(Machine machine) {
    return served.handovers.firstBoot(served.now(machine)).orElseThrow();
  }

  @Test
  void aTokenIsMintedOnceForADeploymentAndReachesTheNode() {
    var machine = deploying();
    var script = script(machine);
    assertThat(script).startsWith("#!/bin/sh\n").contains("'join' 't1cket-1'");
    assertThat(script(machine)).isEqualTo(script);
    // another process, as after a restart, makes the same of what is kept
    var other = served.handoversOn(Runnable::run);
    assertThat(other.firstBoot(served.now(machine))).contains(script);
    assertThat(asked).containsExactly("POST /tokens");
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    served.handovers.look();
    served.handovers.look();
    assertThat(asked).containsExactly("POST /tokens", "GET /members/t1cket-1");
    var told = admin.get("/api/machines/" + machine.id() + "/hand-over");
    assertThat(told.json().path("state").asText()).isEqualTo("in service");
    for (var table : List.of("handover", "machine")) {
      var documents =
          served.site.database.read(
              tx -> tx.list("select document from " + table, row -> row.getString(1)));
      assertThat(String.join("\n", documents)).isNotEmpty().doesNotContain("t1cket");
    }
    assertThat(admin.get("/api/machines/" + machine.id() + "/timeline").body())
        .contains("prepared for club")
        .doesNotContain("t1cket-1");
  }

  @Test
  void whatWasPreparedTooLongAgoIsPreparedAnew() {
    var machine = deploying();
    assertThat(script(machine)).contains("t1cket-1");
    served.site.pass(Duration.ofSeconds(601));
    assertThat(script(machine)).contains("t1cket-2");
    assertThat(asked).containsExactly("POST /tokens", "POST /tokens");
  }

  /// A node takes its time from its seed until it joins.
  @Test
  void noNodeGetsATokenThatIsAboutToExpire() {
    var machine = deploying();
    script(machine);
    served.site.pass(Duration.ofSeconds(299));
    assertThat(script(machine)).contains("t1cket-1");
    served.site.pass(Duration.ofSeconds(2));
    assertThat(script(machine)).contains("t1cket-2");
  }

  @Test
  void aTakeBackNamesTheTokenAndForgetsIt() {
    var machine = deploying();
    script(machine);
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    served.handovers.look();
    served.handovers.look();
    assertThat(served.handovers.holds(served.now(machine))).isPresent();
    served.handovers.look();
    assertThat(asked).last().isEqualTo("DELETE /members/t1cket-1");
    assertThat(served.handovers.holds(served.now(machine))).isEmpty();
    var kept =
        served.site.database.read(tx -> served.site.vault.get(tx, "handover/" + machine.id()));
    assertThat(kept).isEmpty();
  }

  @Test
  void aLayerThatIsDownIsWaitedForAndOneThatRefusesIsNot() {
    var machine = deploying();
    status = 503;
    assertThat(served.handovers.firstBoot(served.now(machine))).isEmpty();
    assertThat(served.handovers.firstBoot(served.now(machine))).isEmpty();
    var timeline = admin.get("/api/machines/" + machine.id() + "/timeline").body();
    assertThat(timeline.split("cannot prepare it yet", -1)).hasSize(2);
    status = 401;
    assertThatThrownBy(() -> served.handovers.firstBoot(served.now(machine)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("does not prepare it");
    status = 200;
    assertThat(script(machine)).contains("t1cket-");
  }

  @Test
  void whoWasInstalledWithoutItIsNotHandedOver() {
    var machine = served.ready();
    admin.json("/api/machines/" + machine.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    var refused =
        admin.json("/api/machines/" + machine.id() + "/hand-over", "{\"target\":\"club\"}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("let a policy hand m0 over");
  }

  @Test
  void aPreviewShowsWhatTheNodeWouldGet() {
    var machine = served.ready();
    var preview =
        admin.json("/api/targets/club/preview", "{\"machine\":\"" + machine.id() + "\"}").json();
    assertThat(preview.at("/commands/0/1").asText()).isEqualTo("(ticket)");
    assertThat(preview.at("/files/0/path").asText()).isEqualTo("/etc/club");
    assertThat(preview.at("/requests/0/section").asText()).isEqualTo("prepare");
    assertThat(asked).isEmpty();
  }
}
