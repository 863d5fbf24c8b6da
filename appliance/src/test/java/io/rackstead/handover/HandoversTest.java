package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Json;
import io.rackstead.machine.Actor;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.task.Brake;
import io.rackstead.task.TaskRunner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hand-overs to a layer above that is a real HTTP server and as difficult as the test wants it.
@SuppressWarnings("NullAway.Init")
class HandoversTest {
  private static final String SHELF =
      """
      name: shelf
      config: {url: {required: true}, token: {secret: true, required: true}}
      auth: {kind: bearer, secret: "{{config.token}}"}
      patience: {request_s: 60, every_s: 5, proof_s: 60, take_back_s: 30}
      concurrency: 2
      test: [{url: "{{config.url}}/"}]
      hand_over:
        - {method: POST, url: "{{config.url}}/hosts", body: {id: "{{handover.id}}", name: "{{machine.hostname}}"}, extract: {host: /host}}
      proof:
        - {url: "{{config.url}}/hosts/{{kept.host}}", gone: [404], expect: {/name: "{{machine.hostname}}", /state: up}, refuse: {/state: broken}}
      take_back:
        - {method: DELETE, url: "{{config.url}}/hosts/{{kept.host}}", gone: [404]}
      """;

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private HttpServer above;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, JsonNode> hosts = new ConcurrentHashMap<>();
  private final Map<String, String> signatures = new ConcurrentHashMap<>();
  private volatile String state = "up";
  private volatile int status = 200;

  @BeforeEach
  void start() throws IOException {
    var own = Files.createDirectories(folder.resolve("data/brokers/shelf"));
    Files.writeString(own.resolve("broker.yaml"), SHELF);
    served = new Served(folder.resolve("data"));
    admin = served.person("ada", Role.ADMIN);
    above = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    above.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    above.createContext("/", this::answer);
    above.start();
  }

  @AfterEach
  void stop() {
    above.stop(0);
    served.close();
  }

  private String url() {
    return "http://127.0.0.1:" + above.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    var body = exchange.getRequestBody().readAllBytes();
    var path = exchange.getRequestURI().getPath();
    asked.add(exchange.getRequestMethod() + " " + path);
    var out = Json.instance().createObjectNode();
    int code = status;
    if (status == 200 && path.equals("/hook")) {
      var event = Json.parse(body);
      signatures.put(
          event.path("id").asText() + " " + event.path("event").asText(),
          exchange.getRequestHeaders().getFirst("X-Rackstead-Signature")
              + "\n"
              + new String(body, StandardCharsets.UTF_8));
    } else if (status == 200 && exchange.getRequestMethod().equals("POST")) {
      var host = Json.parse(body);
      hosts.put(host.path("id").asText(), host);
      out.put("host", host.path("id").asText());
    } else if (status == 200 && path.startsWith("/hosts/")) {
      var host = Optional.ofNullable(hosts.get(path.substring("/hosts/".length())));
      if (host.isEmpty()) {
        code = 404;
      } else if (exchange.getRequestMethod().equals("DELETE")) {
        hosts.remove(path.substring("/hosts/".length()));
      } else {
        out.put("name", host.get().path("name").asText()).put("state", state);
      }
    }
    if (status != 200) {
      out.put("said", exchange.getRequestHeaders().getFirst("Authorization"));
    }
    var bytes = Json.bytes(out);
    exchange.sendResponseHeaders(code, bytes.length);
    try (var stream = exchange.getResponseBody()) {
      stream.write(bytes);
    }
  }

  private void target(String name, String broker, String config) {
    var answer =
        admin.put(
            "/api/targets/" + name, "{\"broker\":\"" + broker + "\",\"config\":" + config + "}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private void shelf() {
    target("shelf", "shelf", "{\"url\":\"" + url() + "\",\"token\":\"s3cr3t-token\"}");
  }

  private Machine deployed() {
    var machine = served.ready();
    var order =
        admin.json(
            "/api/machines/" + machine.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
    assertThat(order.status()).as(order.body()).isEqualTo(200);
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    return served.now(machine);
  }

  private JsonNode handOver(Machine machine, String target) {
    var answer =
        admin.json(
            "/api/machines/" + machine.id() + "/hand-over",
            "{\"target\":\"" + target + "\",\"role\":\"worker\"}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private JsonNode told(Machine machine) {
    return admin.get("/api/machines/" + machine.id() + "/hand-over").json();
  }

  private String stateOf(Machine machine) {
    return told(machine).path("state").asText();
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      served.handovers.look();
    }
  }

  @Test
  void aMachineIsHandedOverProvedAndTakenBackBeforeItsReleaseGoesOn() {
    shelf();
    var machine = deployed();
    handOver(machine, "shelf");
    look(2);
    assertThat(stateOf(machine)).isEqualTo("in service");
    assertThat(told(machine).path("evidence").asText()).contains("\"state\":\"up\"");
    assertThat(hosts).hasSize(1);
    served.site.machines.apply(machine.id(), new Event.Release(EraseMode.NONE), Actor.APPLIANCE);
    try (var runner = runner()) {
      work(runner);
      assertThat(served.now(machine).standing().message()).isEqualTo("being taken back from shelf");
      assertThat(served.state(machine)).isEqualTo(State.RELEASING);
      assertThat(hosts).hasSize(1);
      look(1);
      assertThat(hosts).isEmpty();
      work(runner);
    }
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(stateOf(machine)).isEqualTo("taken back");
  }

  private static void work(TaskRunner runner) {
    for (int i = 0; i < 6; i++) {
      runner.round();
    }
  }

  private TaskRunner runner() {
    var runner =
        new TaskRunner(
            served.site.machines,
            served.site.database,
            served.site.tasks,
            served.site,
            (machine, row) ->
                machine.state() == State.RELEASING
                    ? Optional.of(new Event.PoweredOff())
                    : Optional.empty(),
            () -> false,
            new Brake(10, 60, 250),
            Runnable::run,
            System::nanoTime,
            Duration.ZERO);
    runner.heldFromAbove(served.handovers::holds);
    return runner;
  }

  @Test
  void sentTwiceItIsDeliveredOnceUnderOneId() {
    shelf();
    var machine = deployed();
    var first = handOver(machine, "shelf");
    assertThat(handOver(machine, "shelf").path("id").asText()).isEqualTo(first.path("id").asText());
    look(1);
    // as after a crash between the answer and its record
    served.site.database.change(tx ->
        tx.change(
            "update handover set state = 'SENDING', document = replace(document, 'ho-', 'xx-')"));
    look(2);
    assertThat(asked).filteredOn(line -> line.startsWith("POST")).hasSize(2);
    assertThat(hosts).hasSize(1);
    assertThat(stateOf(machine)).isEqualTo("in service");
  }

  @Test
  void acceptedButNeverInServiceFailsWithItsReasonAfterItsPatience() {
    shelf();
    state = "coming";
    var machine = deployed();
    handOver(machine, "shelf");
    look(2);
    assertThat(told(machine).path("why").asText()).contains("/state is 'coming', not 'up'");
    served.site.pass(Duration.ofSeconds(61));
    look(1);
    assertThat(stateOf(machine)).isEqualTo("failed");
    assertThat(told(machine).path("why").asText())
        .startsWith("accepted, but not in service after 60 s");
  }

  @Test
  void anAnswerForAnotherNodeIsNoProof() {
    shelf();
    state = "coming";
    var machine = deployed();
    handOver(machine, "shelf");
    look(1);
    served.site.pass(Duration.ofSeconds(6));
    hosts.replaceAll((_, host) -> Json.instance().createObjectNode().put("name", "other"));
    look(1);
    assertThat(stateOf(machine)).isEqualTo("proving");
    assertThat(told(machine).path("why").asText()).contains("/name is 'other'");
    state = "broken";
    served.site.pass(Duration.ofSeconds(6));
    look(1);
    assertThat(stateOf(machine)).isEqualTo("failed");
  }

  @Test
  void aTargetThatCannotNowIsAskedAgainAndOneThatRefusesIsNot() {
    shelf();
    status = 503;
    var machine = deployed();
    handOver(machine, "shelf");
    look(1);
    assertThat(stateOf(machine)).isEqualTo("sending");
    assertThat(told(machine).path("why").asText()).contains("HTTP 503").doesNotContain("s3cr3t");
    status = 200;
    served.site.pass(Duration.ofSeconds(5));
    look(2);
    assertThat(stateOf(machine)).isEqualTo("in service");
    status = 401;
    var other = deployed();
    handOver(other, "shelf");
    look(1);
    assertThat(stateOf(other)).isEqualTo("failed");
  }

  @Test
  void whatIsNotLetGoIsAnOperatorsToDecideAndIsNotWiped() {
    shelf();
    var machine = deployed();
    handOver(machine, "shelf");
    look(2);
    status = 503;
    served.site.machines.apply(machine.id(), new Event.Release(EraseMode.NONE), Actor.APPLIANCE);
    try (var runner = runner()) {
      work(runner);
      look(1);
      served.site.pass(Duration.ofSeconds(31));
      look(1);
      assertThat(stateOf(machine)).isEqualTo("stuck");
      work(runner);
      assertThat(served.state(machine)).isEqualTo(State.RELEASING);
      assertThat(served.now(machine).standing().message()).contains("does not let it go");
      assertThat(admin.json("/api/machines/" + machine.id() + "/hand-over/forget", "{}").status())
          .isEqualTo(204);
      work(runner);
    }
    assertThat(served.state(machine)).isEqualTo(State.READY);
  }

  @Test
  void aReleaseWhileTheHandOverRunsTakesBackWhatWasHandedOver() throws Exception {
    var reached = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    above.createContext(
        "/slow/hosts",
        exchange -> {
          reached.countDown();
          if (exchange.getRequestMethod().equals("POST")) {
            var _ = uninterrupted(go);
          }
          asked.add("SLOW " + exchange.getRequestMethod());
          var bytes = "{\"host\":\"h1\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    target("slow", "shelf", "{\"url\":\"" + url() + "/slow\",\"token\":\"t\"}");
    var machine = deployed();
    handOver(machine, "slow");
    var sending = Thread.startVirtualThread(() -> served.handovers.look());
    assertThat(reached.await(2, TimeUnit.MINUTES)).isTrue();
    assertThat(served.handovers.holds(served.now(machine))).isPresent();
    go.countDown();
    sending.join();
    look(1);
    assertThat(stateOf(machine)).isEqualTo("taken back");
    assertThat(asked).containsExactly("SLOW POST", "SLOW DELETE");
  }

  private static boolean uninterrupted(CountDownLatch latch) {
    try {
      return latch.await(2, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTargetThatNeverAnswersKeepsNobodyElseWaiting() throws Exception {
    var never = new CountDownLatch(1);
    above.createContext(
        "/dead",
        exchange -> {
          var _ = uninterrupted(never);
          exchange.close();
        });
    target("dead", "shelf", "{\"url\":\"" + url() + "/dead\",\"token\":\"t\"}");
    shelf();
    var workers = Executors.newVirtualThreadPerTaskExecutor();
    var handovers = served.handoversOn(workers);
    var stuck = new ArrayList<Machine>();
    for (int i = 0; i < 5; i++) {
      stuck.add(deployed());
      handOver(stuck.get(i), "dead");
    }
    var lively = deployed();
    handOver(lively, "shelf");
    // until it is: the dead one is let go only afterwards
    long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!stateOf(lively).equals("in service") && System.nanoTime() < patience) {
      handovers.look();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(stateOf(lively)).isEqualTo("in service");
    assertThat(stuck).allSatisfy(machine -> assertThat(stateOf(machine)).isEqualTo("sending"));
    never.countDown();
    workers.shutdown();
    assertThat(workers.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void aBrokerFileThatIsBrokenLaterIsTheMatterOfItsOwnMachinesOnly() throws Exception {
    shelf();
    var machine = deployed();
    handOver(machine, "shelf");
    look(1);
    Files.writeString(folder.resolve("data/brokers/shelf/broker.yaml"), "name: [");
    assertThat(served.handovers.holds(served.now(machine))).isPresent();
    target("nobody", "noop", "{}");
    var other = deployed();
    handOver(other, "nobody");
    look(1);
    assertThat(stateOf(other)).isEqualTo("in service");
    assertThat(stateOf(machine)).isEqualTo("stuck");
    assertThat(told(machine).path("why").asText()).contains("the broker shelf cannot be used");
    assertThat(admin.get("/api/brokers").json().path("brokers"))
        .anySatisfy(
            broker -> assertThat(broker.path("problem").asText()).contains("cannot be used"));
  }

  @Test
  void aWebhookIsSignedOverItsTimeAndBody() throws Exception {
    target("hook", "webhook", "{\"url\":\"" + url() + "/hook\",\"secret\":\"k3y-k3y\"}");
    var machine = deployed();
    var id = handOver(machine, "hook").path("id").asText();
    look(2);
    assertThat(stateOf(machine)).isEqualTo("in service");
    var seen =
        Optional.ofNullable(signatures.get(id + " handed-over")).orElseThrow().split("\n", 2);
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("k3y-k3y".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    var time = seen[0].substring(2, seen[0].indexOf(','));
    var sum = mac.doFinal((time + "." + seen[1]).getBytes(StandardCharsets.UTF_8));
    assertThat(seen[0]).isEqualTo("t=" + time + ",v1=" + HexFormat.of().formatHex(sum));
    assertThat(
            Json.parse(seen[1].getBytes(StandardCharsets.UTF_8)).at("/machine/hostname").asText())
        .isEqualTo(machine.hostname());
  }

  @Test
  void aPolicyHandsItsMachineOverByItselfWhenItIsDeployed() {
    target("nobody", "noop", "{}");
    admin.put(
        "/api/policies",
        "{\"version\":0,\"policies\":[{\"name\":\"kvm\",\"when\":\"arch ="
            + " amd64\",\"image\":\"debian-12\",\"role\":\"kvm-host\",\"target\":\"nobody\"}]}");
    var machine = served.ready();
    admin.json("/api/policies/apply", "{\"machines\":[\"" + machine.id() + "\"]}");
    served.policies.follow(served.now(machine));
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYING);
    look(1);
    assertThat(stateOf(machine)).isEqualTo("none");
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    look(2);
    assertThat(stateOf(machine)).isEqualTo("in service");
    assertThat(told(machine).path("role").asText()).isEqualTo("kvm-host");
    var inventory = admin.get("/api/inventory/ansible").json();
    assertThat(inventory.at("/role_kvm_host/hosts/0").asText()).isEqualTo(machine.hostname());
    assertThat(inventory.at("/_meta/hostvars/" + machine.hostname() + "/rackstead_role").asText())
        .isEqualTo("kvm-host");
  }

  @Test
  void aMachineThatWasInRescueIsNotHandedOverTwice() {
    target("nobody", "noop", "{}");
    admin.put(
        "/api/policies",
        "{\"version\":0,\"policies\":[{\"name\":\"kvm\",\"when\":\"arch ="
            + " amd64\",\"image\":\"debian-12\",\"target\":\"nobody\"}]}");
    var machine = served.ready();
    admin.json("/api/policies/apply", "{\"machines\":[\"" + machine.id() + "\"]}");
    served.policies.follow(served.now(machine));
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    look(2);
    var first = told(machine).path("id").asText();
    for (var event :
        List.of(
            new Event.EnterRescue(),
            new Event.RescueReached(),
            new Event.ExitRescue(),
            new Event.RescueLeft())) {
      served.site.machines.apply(machine.id(), event, Actor.APPLIANCE);
    }
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYED);
    look(2);
    assertThat(told(machine).path("id").asText()).isEqualTo(first);
    assertThat(stateOf(machine)).isEqualTo("in service");
  }

  @Test
  void whatBecameFreeByAnotherWayIsTakenBackToo() {
    shelf();
    var machine = deployed();
    handOver(machine, "shelf");
    look(2);
    served.site.machines.apply(machine.id(), new Event.MarkBroken("it smokes"), Actor.APPLIANCE);
    look(1);
    assertThat(stateOf(machine)).isEqualTo("in service");
    served.site.machines.apply(machine.id(), new Event.MarkFixed(), Actor.APPLIANCE);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    look(2);
    assertThat(stateOf(machine)).isEqualTo("taken back");
    assertThat(hosts).isEmpty();
  }

  @Test
  void secretsAreWrittenAndNeverRead() {
    shelf();
    var machine = deployed();
    assertThat(admin.get("/api/targets").body()).contains("shelf").doesNotContain("s3cr3t-token");
    var preview =
        admin.json("/api/targets/shelf/preview", "{\"machine\":\"" + machine.id() + "\"}");
    assertThat(preview.status()).as(preview.body()).isEqualTo(200);
    assertThat(preview.body()).contains("/hosts").doesNotContain("s3cr3t-token");
    assertThat(admin.get("/api/audit").body()).doesNotContain("s3cr3t-token");
    assertThat(admin.json("/api/targets/shelf/test", "{}").json().path("ok").asBoolean()).isTrue();
    status = 401;
    var test = admin.json("/api/targets/shelf/test", "{}");
    assertThat(test.json().path("ok").asBoolean()).isFalse();
    assertThat(test.body()).contains("HTTP 401").doesNotContain("s3cr3t-token");
    // a change without it keeps it
    target("shelf", "shelf", "{\"url\":\"" + url() + "/\"}");
  }

  @Test
  void aTargetThatIsInUseStaysAndWhatIsWrongIsRefused() {
    shelf();
    handOver(deployed(), "shelf");
    assertThat(admin.delete("/api/targets/shelf").status()).isEqualTo(409);
    assertThat(admin.put("/api/targets/x", "{\"broker\":\"none\",\"config\":{}}").status())
        .isEqualTo(400);
    assertThat(admin.put("/api/targets/x", "{\"broker\":\"shelf\",\"config\":{}}").status())
        .isEqualTo(400);
    assertThat(
            admin.put("/api/targets/x", "{\"broker\":\"noop\",\"config\":{\"a\":\"b\"}}").status())
        .isEqualTo(400);
    var ready = served.ready();
    assertThat(
            admin
                .json("/api/machines/" + ready.id() + "/hand-over", "{\"target\":\"shelf\"}")
                .status())
        .isEqualTo(409);
    assertThat(served.person("uma", Role.USER).put("/api/targets/y", "{}").status()).isEqualTo(403);
  }
}
