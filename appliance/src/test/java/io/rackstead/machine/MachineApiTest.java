package io.rackstead.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.fake.Fault;
import io.rackstead.image.Architecture;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.OnEachDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class MachineApiTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;
  private Machine machine;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    machine = served.ready();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private String path(String rest) {
    return "/api/machines/" + machine.id() + rest;
  }

  @Test
  void aMachineIsShownWithAllThatThePageReads() {
    var list = admin.get("/api/machines").json().path("machines");
    assertThat(list).hasSize(1);
    var shown = list.get(0);
    var keys = new ArrayList<String>();
    shown.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly(
            "id",
            "hostname",
            "state",
            "state_code",
            "since",
            "deadline",
            "progress",
            "power",
            "power_type",
            "locked",
            "quarantine",
            "message",
            "prompt",
            "owner",
            "macs",
            "arch",
            "cpu_count",
            "memory_mib",
            "storage_bytes",
            "vendor",
            "product",
            "serial",
            "disks_given",
            "boot_mode",
            "image",
            "addresses",
            "actions");
    assertThat(shown.path("state").asText()).isEqualTo("Ready");
    assertThat(shown.path("deadline").isNull()).isTrue();
    assertThat(shown.path("progress").isNull()).isTrue();
    assertThat(shown.path("prompt").isNull()).isTrue();
    assertThat(shown.path("storage_bytes").asLong()).isEqualTo(8L << 30);
    assertThat(texts(shown.path("actions")))
        .containsExactly(
            "commission",
            "test",
            "allocate",
            "deploy",
            "rescue",
            "mark-broken",
            "power-on",
            "power-off",
            "power-cycle",
            "delete");
    var one = admin.get(path("")).json();
    assertThat(one.path("hardware").path("version").asInt()).isEqualTo(1);
    assertThat(one.path("results").isArray()).isTrue();
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }

  @Test
  void aDeploymentAllocatesAReadyMachineAndAbortGivesItBack() {
    var answer =
        admin.json(path("/actions/deploy"), "{\"image\":\"debian-12\",\"hostname\":\"web-1\"}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().path("state").asText()).isEqualTo("Deploying");
    assertThat(answer.json().path("owner").asText()).isEqualTo("ada");
    assertThat(answer.json().path("hostname").asText()).isEqualTo("web-1");
    assertThat(answer.json().path("image").asText()).isEqualTo("debian/bookworm");
    assertThat(texts(answer.json().path("actions"))).contains("abort", "lock");
    assertThat(admin.json(path("/actions/abort"), "{}").json().path("state").asText())
        .isEqualTo("Allocated");
    assertThat(admin.json(path("/actions/release"), "{\"erase\":\"none\"}").status())
        .isEqualTo(200);
  }

  @Test
  void whatCannotBeIsAConflictThatSaysTheStateAndWhy() {
    var answer = admin.json(path("/actions/exit-rescue"), "{}");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.json().path("detail").asText())
        .isEqualTo("m0 cannot exit rescue: it is Ready");
    assertThat(admin.json(path("/actions/fly"), "{}").status()).isEqualTo(404);
    assertThat(admin.json("/api/machines/zzzzzz/actions/deploy", "{}").status()).isEqualTo(404);
    assertThat(
            admin
                .json(path("/actions/deploy"), "{\"image\":\"plan9\"}")
                .json()
                .path("detail")
                .asText())
        .startsWith("no image custom/plan9 for amd64; there are [debian/bookworm]");
    assertThat(
            admin
                .json(path("/actions/deploy"), "{\"image\":\"debian-12\",\"disk\":\"nothere\"}")
                .json()
                .path("detail")
                .asText())
        .startsWith("m0: the disk hint nothere matches no disk");
    assertThat(admin.json(path("/actions/release"), "{\"erase\":\"burn\"}").status())
        .isEqualTo(400);
    assertThat(admin.json(path("/actions/deploy"), "not json").status()).isEqualTo(400);
    assertThat(served.state(machine)).isEqualTo(State.READY);
  }

  @Test
  void userDataOfExactlyTwoMebibytesIsTakenAndOneByteMoreIsNot() {
    var fits = "#".repeat(DeployOrder.USER_DATA_LIMIT);
    var tooMuch =
        admin.json(
            path("/actions/deploy"), "{\"image\":\"debian-12\",\"user_data\":\"" + fits + "#\"}");
    assertThat(tooMuch.status()).isEqualTo(413);
    assertThat(tooMuch.json().path("detail").asText()).contains("at most 2 MiB");
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(
            admin
                .json(
                    path("/actions/deploy"),
                    "{\"image\":\"debian-12\",\"user_data\":\"" + fits + "\"}")
                .status())
        .isEqualTo(200);
    assertThat(served.now(machine).deployment().orElseThrow().userData())
        .hasSize(DeployOrder.USER_DATA_LIMIT);
  }

  @Test
  void usersSeeWhatIsTheirsAndWhatIsNobodysAndChangeOnlyTheirOwn() {
    var user = served.person("uma", Role.USER);
    var other = served.person("otto", Role.USER);
    assertThat(user.json(path("/actions/commission"), "{}").status()).isEqualTo(403);
    assertThat(user.json(path("/actions/power-on"), "{}").status()).isEqualTo(403);
    assertThat(user.json(path("/actions/delete"), "{}").status()).isEqualTo(403);
    assertThat(user.json(path("/actions/allocate"), "{}").status()).isEqualTo(200);
    assertThat(other.get("/api/machines").json().path("machines")).isEmpty();
    assertThat(other.get(path("")).status()).isEqualTo(404);
    assertThat(other.get(path("/timeline")).status()).isEqualTo(404);
    assertThat(other.json(path("/actions/release"), "{}").status()).isEqualTo(404);
    assertThat(user.json(path("/actions/release"), "{}").status()).isEqualTo(200);
    var auditor = served.person("audrey", Role.AUDITOR);
    assertThat(auditor.get(path("")).status()).isEqualTo(200);
    assertThat(auditor.json(path("/actions/abort"), "{}").status()).isEqualTo(403);
  }

  @Test
  void thePowerButtonReachesTheBmc() {
    assertThat(admin.json(path("/actions/power-on"), "{}").json().path("power").asText())
        .isEqualTo("on");
    assertThat(served.bmc.power()).isEqualTo(PowerState.ON);
    assertThat(admin.json(path("/actions/power-off"), "{}").status()).isEqualTo(200);
    assertThat(served.bmc.power()).isEqualTo(PowerState.OFF);
  }

  @Test
  void everyActionLeavesAnAuditRow() {
    admin.json(path("/actions/allocate"), "{}");
    admin.json(path("/actions/power-on"), "{}");
    List<String> rows =
        served.site.database.read(tx ->
            tx.list(
                "select actor, address, what from audit order by id",
                row -> row.getString(1) + " " + row.getString(2) + " " + row.getString(3)));
    assertThat(rows)
        .contains(
            "user:ada 127.0.0.1 allocate m0 (" + machine.id() + ")",
            "user:ada 127.0.0.1 power on m0 (" + machine.id() + ")");
  }

  @Test
  void aChangeWhoseAuditRowCannotBeWrittenDoesNotHappen() {
    var machines = served.site.machines;
    Consumer<Object> full =
        _ -> {
          throw new IllegalStateException("no room for the audit row");
        };
    assertThatThrownBy(() -> machines.delete(machine.id(), Actor.user("ada"), full::accept))
        .hasMessage("no room for the audit row");
    assertThat(admin.get(path("")).status()).isEqualTo(200);
    int before = machines.list().size();
    assertThatThrownBy(() ->
            machines.enlist(
                Identity.of(List.of(MacAddress.parse("3c:fd:fe:00:00:77")), "", ""),
                Architecture.AMD64,
                "late",
                Optional.empty(),
                Actor.user("ada"),
                (tx, _) -> full.accept(tx)))
        .hasMessage("no room for the audit row");
    assertThat(machines.list()).hasSize(before);
    assertThat(machines.byHostname("late")).isEmpty();
  }

  @Test
  void thePowerButtonIsOnTheTimelineBeforeTheBmcHearsOfIt() {
    served.bmc.fault(Fault.SILENT, true);
    var refused = admin.json(path("/actions/power-on"), "{}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).contains("ipmi://10.78.0.1");
    assertThat(admin.get(path("/timeline")).body()).contains("power on was asked for");
  }

  @Test
  void anImageLargerThanTheDiskIsAConflictThatNamesBothSizes() {
    var small = served.readyWithDiskOf(512 << 10);
    var refused =
        admin.json("/api/machines/" + small.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("holds 1 MiB", "disk-1", "0 MiB");
    assertThat(served.state(small)).isEqualTo(State.READY);
  }

  @Test
  void theTimelineGoesOnFromItsCursor() {
    var first = admin.get(path("/timeline?limit=2")).json();
    assertThat(first.path("entries")).hasSize(2);
    assertThat(first.path("entries").get(0).path("text").asText()).startsWith("enlisted as m0");
    var rest = admin.get(path("/timeline?after=" + first.path("next").asText())).json();
    assertThat(rest.path("entries").get(0).path("id").asLong())
        .isGreaterThan(first.path("next").asLong());
    assertThat(rest.path("phases").isArray()).isTrue();
    assertThat(admin.get(path("/timeline?after=x")).status()).isEqualTo(400);
  }

  @Test
  void theFeedTellsChangesEntriesAndThatAMachineIsGoneAlsoAfterAReconnection() throws Exception {
    for (var verb : List.of("allocate", "release")) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
        socket.setSoTimeout(20_000);
        var lines = listen(socket);
        admin.json(path("/actions/" + verb), "{}");
        var seen = new ArrayList<String>();
        // the entry is told before the machine that it moved
        await(lines, seen, "event: entry");
        await(lines, seen, "event: machine");
        assertThat(String.join("\n", seen)).contains(machine.id().text());
      }
    }
    served.site.machines.delete(machine.id(), Actor.APPLIANCE, _ -> {});
    var other = served.ready();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port())) {
      socket.setSoTimeout(20_000);
      var lines = listen(socket);
      served.site.machines.delete(other.id(), Actor.APPLIANCE, _ -> {});
      await(lines, new ArrayList<>(), "event: gone");
    }
  }

  private BufferedReader listen(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: "
                    + served.site.plaintext(admin.key())
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    var lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    await(lines, new ArrayList<>(), ": listening");
    return lines;
  }

  private static void await(BufferedReader lines, List<String> seen, String wanted)
      throws IOException {
    int comments = 0;
    for (var line = lines.readLine(); line != null && comments < 2; line = lines.readLine()) {
      // the heartbeat: nothing came for so long
      comments += line.startsWith(": ") ? 1 : 0;
      seen.add(line);
      if (line.startsWith(wanted)) {
        seen.add(String.valueOf(lines.readLine()));
        return;
      }
    }
    throw new AssertionError("the stream ended before " + wanted);
  }
}
