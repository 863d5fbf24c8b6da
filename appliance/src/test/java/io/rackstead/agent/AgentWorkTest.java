package io.rackstead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.plan.Seed;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnEachDatabase
class AgentWorkTest {
  private static final String SERVER = "http://10.77.0.1:5240";
  private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

  @TempDir Path folder;
  private Rack rack;
  private MachineId id;

  @BeforeEach
  void start() throws IOException {
    rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
    id = rack.enlisted().id();
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private Machine machine() {
    return rack.machines.find(id).orElseThrow();
  }

  private void apply(Event event) {
    assertThat(rack.machines.apply(id, event, Actor.user("ada")))
        .isInstanceOf(io.rackstead.machine.Outcome.Moved.class);
  }

  private ObjectNode next(long after) throws InterruptedException {
    return rack.work.next(id, after, Rack.ADDRESS, SERVER).orElseThrow();
  }

  private void result(ObjectNode step, String status, JsonNode facts) {
    rack.work.result(
        id,
        step.path("seq").asLong(),
        new Step.Result(status, status.equals("ok") ? 0 : 1, 0.5, "said " + status, facts));
  }

  /// Carries out all that is planned, answering as a healthy server would.
  private List<String> carryOut() throws InterruptedException {
    var kinds = new ArrayList<String>();
    long after = 0;
    while (Purpose.of(machine()).isPresent()) {
      var step = next(after);
      after = step.path("seq").asLong();
      var kind = step.path("kind").asText();
      kinds.add(kind);
      result(
          step,
          "ok",
          switch (kind) {
            case "inventory" -> Rack.report();
            case "bmc" ->
                JsonNodeFactory.instance
                    .objectNode()
                    .put("address", "10.78.0.1")
                    .put("user", "rackstead");
            default -> NOTHING;
          });
      if (kind.equals("reboot")) {
        break;
      }
    }
    return kinds;
  }

  private void deploying(String userData) throws Exception {
    deploying(rack.image(), userData);
  }

  private void deploying(Image image, String userData) throws Exception {
    apply(new Event.Commission());
    carryOut();
    apply(new Event.Allocate("ada"));
    apply(
        new Event.Deploy(
            new Deployment(
                image.id(),
                image.raw().sha256(),
                "",
                List.of("ssh-ed25519 AAAA ada@home"),
                userData,
                false,
                false,
                Optional.empty(),
                0,
                Optional.empty())));
  }

  @Test
  void theOperatorsScriptsRunWithTheirNewestContent() throws Exception {
    var scripts = new io.rackstead.commission.Scripts(rack.database, rack::now);
    var meta = io.rackstead.commission.Script.Meta.NONE;
    for (var text : List.of("#!/bin/sh\nfalse\n", "#!/bin/sh\ntrue\n")) {
      var script =
          new io.rackstead.commission.Script(
              0,
              "burn",
              "testing",
              90,
              meta,
              text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      scripts.put("burn", script, "", io.rackstead.access.Origin.CONSOLE);
    }
    apply(new Event.Commission());
    var steps = new ArrayList<JsonNode>();
    long after = 0;
    while (Purpose.of(machine()).isPresent()) {
      var step = next(after);
      after = step.path("seq").asLong();
      steps.add(step);
      result(step, "ok", step.path("kind").asText().equals("inventory") ? Rack.report() : NOTHING);
    }
    var newest = Sha256.hex("#!/bin/sh\ntrue\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(steps).anyMatch(step -> step.toString().contains(newest));
    assertThat(steps).anyMatch(step -> step.path("timeout_s").asInt() == 90);
  }

  @Test
  void aNewcomerIsInspectedTestedAndReady() throws Exception {
    apply(new Event.Commission());
    assertThat(carryOut())
        .containsExactly(
            "inventory", "bmc", "inventory", "script", "script", "script", "script", "script");
    assertThat(machine().state()).isEqualTo(State.READY);
    assertThat(machine().power().bmc()).hasToString("Optional[ipmi://10.78.0.1]");
    assertThat(
            rack.database.<Boolean>read(
                tx -> rack.vault.get(tx, AgentWork.bmcPassword(id)).isPresent()))
        .isTrue();
  }

  @Test
  void theBmcsPasswordStandsInNoRowOfTheDatabase() throws Exception {
    apply(new Event.Commission());
    result(next(0), "ok", Rack.report());
    var account = next(1);
    var password = account.path("password").asText();
    assertThat(password).hasSize(16);
    List<String> fields =
        rack.database.read(tx -> tx.list("select fields from step", row -> row.getString(1)));
    assertThat(fields).noneMatch(text -> text.contains(password));
  }

  @Test
  void aDeploymentGoesOnlyToTheDiskThatWasChosen() throws Exception {
    deploying("");
    assertThat(carryOut())
        .containsExactly(
            "identify-disk", "write-image", "read-back", "seed", "efi-boot-order", "reboot");
    assertThat(machine().deployment().orElseThrow().written()).isTrue();
    assertThat(machine().state()).isEqualTo(State.DEPLOYING);
    assertThat(machine().hardware().orElseThrow().disks().getFirst().holds())
        .containsExactly("rackstead custom/tiny");
  }

  @Test
  void aFailedStepFailsTheDeploymentWithItsLastWords() throws Exception {
    deploying("");
    result(next(0), "failed", NOTHING);
    assertThat(machine().state()).isEqualTo(State.FAILED_DEPLOYMENT);
    assertThat(machine().standing().message()).contains("find the disk", "said failed");
  }

  @Test
  void aResultThatIsToldTwiceCountsOnce() throws Exception {
    apply(new Event.Commission());
    var step = next(0);
    result(step, "ok", Rack.report());
    result(step, "failed", NOTHING);
    assertThat(machine().state()).isEqualTo(State.COMMISSIONING);
    assertThat(next(step.path("seq").asLong()).path("kind").asText()).isEqualTo("bmc");
  }

  @Test
  void aStepWhoseResultIsNotOnRecordIsAskedForAgainWhateverTheAgentBelieves() throws Exception {
    apply(new Event.Commission());
    var step = next(0);
    var again = next(step.path("seq").asLong());
    assertThat(again.path("seq").asLong()).isEqualTo(step.path("seq").asLong());
  }

  @Test
  void aReportForAnOlderEpochEndsTheAgentsWork() throws Exception {
    deploying("");
    var step = next(0);
    apply(new Event.Abort());
    assertThatThrownBy(() -> result(step, "ok", NOTHING))
        .isInstanceOf(AgentWork.Over.class)
        .hasMessageContaining("older epoch");
    assertThatThrownBy(() -> next(0)).isInstanceOf(AgentWork.Over.class);
    assertThat(machine().state()).isEqualTo(State.ALLOCATED);
  }

  @Test
  void aTestThatFailsDoesNotKeepTheOthersFromRunning() throws Exception {
    apply(new Event.Commission());
    long after = 0;
    int scripts = 0;
    while (Purpose.of(machine()).isPresent()) {
      var step = next(after);
      after = step.path("seq").asLong();
      boolean memory = step.path("name").asText().equals("memory");
      if (step.path("kind").asText().equals("script")) {
        scripts++;
      }
      result(
          step,
          memory ? "failed" : "ok",
          step.path("kind").asText().equals("inventory")
              ? Rack.report()
              : JsonNodeFactory.instance.objectNode().put("absent", true));
    }
    assertThat(scripts).isEqualTo(5);
    assertThat(machine().state()).isEqualTo(State.FAILED_TESTING);
    assertThat(machine().standing().message()).isEqualTo("tests failed: memory");
  }

  @Test
  void theSeedIsDataWhateverPeopleWriteIntoIt() throws Exception {
    deploying("#!/bin/sh\necho ${x} \"'`\n");
    var files =
        Seed.PATHS.stream()
            .map(path ->
                new String(Seed.content(path, machine(), SERVER + "/r"), StandardCharsets.UTF_8))
            .toList();
    assertThat(files.getFirst())
        .contains("local-hostname: \"" + machine().hostname() + "\"\n")
        .contains("public-keys:\n  - \"ssh-ed25519 AAAA ada@home\"\n");
    assertThat(files.get(1)).isEqualTo("#!/bin/sh\necho ${x} \"'`\n");
    assertThat(files.get(3)).contains("    endpoint: \"" + SERVER + "/r\"\n");
  }

  @Test
  void userDataOfTwoMegabytesReachesTheSeedWhole() throws Exception {
    var large = "#" + "x".repeat(2 << 20);
    deploying(large);
    long after = 0;
    ObjectNode step;
    do {
      step = next(after);
      after = step.path("seq").asLong();
      if (step.path("kind").asText().equals("seed")) {
        break;
      }
      result(step, "ok", NOTHING);
    } while (true);
    assertThat(rack.work.seedFile(id, after, 1, SERVER)).hasSize(large.length());
    assertThat(step.at("/files/1/sha256").asText())
        .isEqualTo(Sha256.hex(large.getBytes(StandardCharsets.UTF_8)));
  }

  private ObjectNode untilSeed() throws Exception {
    long after = 0;
    while (true) {
      var step = rack.work.next(id, after, Rack.ADDRESS, SERVER);
      if (step.isEmpty() || step.get().path("kind").asText().equals("seed")) {
        return step.orElseGet(JsonNodeFactory.instance::objectNode);
      }
      after = step.get().path("seq").asLong();
      result(step.get(), "ok", NOTHING);
    }
  }

  @Test
  void theSeedWaitsForWhatTheLayerAboveGivesAndBringsIt() throws Exception {
    var given = new ArrayList<String>();
    rack.work.installFor(_ -> given.stream().findFirst());
    deploying("");
    assertThat(untilSeed()).isEmpty();
    assertThat(machine().state()).isEqualTo(State.DEPLOYING);
    given.add("#!/bin/sh\n'join' 'club'\n");
    var seed = untilSeed();
    int n = Seed.PATHS.size() - 1;
    assertThat(seed.at("/files/" + n + "/path").asText()).endsWith("/nocloud/vendor-data");
    var file = rack.work.seedFile(id, seed.path("seq").asLong(), n, SERVER);
    assertThat(new String(file, StandardCharsets.UTF_8)).isEqualTo("#!/bin/sh\n'join' 'club'\n");
    assertThat(seed.at("/files/" + n + "/sha256").asText()).isEqualTo(Sha256.hex(file));
  }

  private Image readByIgnition() throws Exception {
    return rack.image(
        "custom/flatcar", new Image.Root(Optional.of(6), "ext4"), Image.ReportsBy.IGNITION);
  }

  @Test
  void anImageThatIgnitionReadsGetsItsConfigurationWhereItLooks() throws Exception {
    deploying(readByIgnition(), "{\"ignition\":{\"version\":\"3.3.0\"}}");
    var seed = untilSeed();
    assertThat(seed.at("/root/partition").asInt()).isEqualTo(6);
    assertThat(seed.path("files").findValuesAsText("path"))
        .containsExactly("/config.ign", "/ignition/config.ign");
    var file = rack.work.seedFile(id, seed.path("seq").asLong(), 1, SERVER);
    assertThat(seed.at("/files/1/sha256").asText()).isEqualTo(Sha256.hex(file));
    assertThat(Json.parse(file).at("/ignition/version").asText()).isEqualTo("3.3.0");
    assertThatThrownBy(() -> rack.work.seedFile(id, seed.path("seq").asLong(), 2, SERVER))
        .isInstanceOf(io.rackstead.http.Problem.class);
  }

  @Test
  void userDataThatIgnitionCannotReadIsRefusedBeforeADiskIsTouched() throws Exception {
    deploying(readByIgnition(), "#cloud-config\n{}\n");
    assertThatThrownBy(this::untilSeed).isInstanceOf(AgentWork.Over.class);
    assertThat(machine().state()).isEqualTo(State.FAILED_DEPLOYMENT);
    assertThat(machine().standing().message()).contains("it wants Ignition's JSON");
  }

  @Test
  void whatTheLayerAboveRefusesIsNotInstalled() throws Exception {
    rack.work.installFor(_ -> {
      throw new io.rackstead.http.Problem(409, "the club does not want it");
    });
    deploying("");
    assertThatThrownBy(this::untilSeed).isInstanceOf(AgentWork.Over.class);
    assertThat(machine().state()).isEqualTo(State.FAILED_DEPLOYMENT);
    assertThat(machine().standing().message()).contains("the club does not want it");
  }

  private Machine newcomer(String mac, String uuid, String serial) {
    return rack.machines.enlist(
        Identity.of(List.of(MacAddress.parse(mac)), uuid, serial),
        Architecture.AMD64,
        "",
        Optional.empty(),
        Actor.APPLIANCE);
  }

  /// The report of the rack's server with other words in it.
  private static ObjectNode reportWith(String of, String instead) {
    return (ObjectNode)
        Json.parse(Rack.report().toString().replace(of, instead).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aReportThatSpeaksForTwoMachinesHoldsBothForAPerson() throws Exception {
    var other = newcomer("3c:fd:fe:00:00:02", "4c4c4544-0042-3010-8051-b4c04f4d3533", "S2");
    apply(new Event.Commission());
    var step = next(0);
    var stolen = reportWith(Rack.MAC.toString(), "3c:fd:fe:00:00:02");
    assertThatThrownBy(() -> result(step, "ok", stolen))
        .isInstanceOf(AgentWork.Over.class)
        .hasMessageContaining("quarantined");
    assertThat(machine().quarantine())
        .hasValueSatisfying(why -> assertThat(why).contains(other.hostname()));
    assertThat(rack.machines.find(other.id()).orElseThrow().quarantine())
        .hasValueSatisfying(why -> assertThat(why).contains(machine().hostname()));
    assertThat(machine().state()).isEqualTo(State.FAILED_COMMISSIONING);
    assertThat(machine().identity().macs()).containsExactly(Rack.MAC);
    assertThat(rack.machines.apply(id, new Event.Commission(), Actor.user("ada")))
        .isInstanceOf(io.rackstead.machine.Outcome.Refused.class);
  }

  @Test
  void aReportWithAnotherUuidThanIsOnRecordIsNotBelieved() throws Exception {
    apply(new Event.Commission());
    var step = next(0);
    var swapped = reportWith(Rack.UUID, "4c4c4544-0042-3010-8051-b4c04f4d3599");
    assertThatThrownBy(() -> result(step, "ok", swapped)).isInstanceOf(AgentWork.Over.class);
    assertThat(machine().quarantine())
        .hasValueSatisfying(
            why -> assertThat(why).contains("4c4c4544-0042-3010-8051-b4c04f4d3599", Rack.UUID));
    assertThat(machine().identity().uuid()).hasToString("Optional[" + Rack.UUID + "]");
  }

  @Test
  void junkInAReportIsNoConflictAndDoesNotReplaceWhatIsKnown() throws Exception {
    newcomer("3c:fd:fe:00:00:02", "", "To be filled by O.E.M.");
    apply(new Event.Commission());
    var junk = reportWith(Rack.UUID, "00000000-0000-0000-0000-000000000000");
    ((ObjectNode) junk.path("system")).put("serial", "To be filled by O.E.M.");
    result(next(0), "ok", junk);
    assertThat(machine().quarantine()).isEmpty();
    assertThat(machine().identity()).isEqualTo(Rack.identity());
  }

  @Test
  void aBmcThatGivesNoAddressForItsAddressFailsTheCommissioningInWords() throws Exception {
    apply(new Event.Commission());
    result(next(0), "ok", Rack.report());
    result(next(1), "ok", JsonNodeFactory.instance.objectNode().put("address", "10.78.0.1\nx y"));
    assertThat(machine().state()).isEqualTo(State.FAILED_COMMISSIONING);
    assertThat(machine().standing().message()).contains("make an account on the BMC");
  }

  @Test
  void aRuleAcceptsEmptyDisksAndLeavesThoseWithDataToAPerson() throws Exception {
    rack.close();
    rack = new Rack(folder, Rack.fakeBmc(), _ -> {}, Optional.of("accept-all"));
    var empty = id;
    var full = newcomer("3c:fd:fe:00:00:02", "4c4c4544-0042-3010-8051-b4c04f4d3533", "S2");
    id = full.id();
    var report =
        Json.parse(
            Rack.report()
                .toString()
                .replace(Rack.MAC.toString(), "3c:fd:fe:00:00:02")
                .replace(Rack.UUID, "4c4c4544-0042-3010-8051-b4c04f4d3533")
                .replace("\"S1\"", "\"S2\"")
                .replace("\"holds\":[]", "\"holds\":[\"ext4 home\"]")
                .getBytes(StandardCharsets.UTF_8));
    result(next(0), "ok", report);
    assertThat(machine().state()).isEqualTo(State.NEW);
    id = empty;
    result(next(0), "ok", Rack.report());
    assertThat(machine().state()).isEqualTo(State.COMMISSIONING);
    rack.events.close();
    assertThat(rack.events.of(full.id(), 0, 100))
        .anySatisfy(entry ->
            assertThat(entry.text()).contains("not accepted by the rule", "vda: ext4 home"));
  }

  private void awaitState(State wanted) throws InterruptedException {
    long until = System.nanoTime() + 30_000_000_000L;
    while (machine().state() != wanted) {
      assertThat(System.nanoTime()).as("still " + machine().state()).isLessThan(until);
      java.util.concurrent.TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /// The agent is heard of no more while it writes; the appliance itself was away as well.
  @Test
  void anAgentThatStopsInTheMiddleOfAWriteFailsAtTheDeadlineAlsoAfterARestart() throws Exception {
    deploying("");
    result(next(0), "ok", NOTHING);
    var write = next(1);
    assertThat(write.path("kind").asText()).isEqualTo("write-image");
    rack.work.progress(id, write.path("seq").asLong(), 1000, 1 << 20, 500);
    var deadline = machine().standing().deadline().orElseThrow();
    rack.kill();
    rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
    assertThat(machine().standing().deadline()).contains(deadline);
    rack.advance(java.time.Duration.between(rack.now(), deadline));
    rack.tasks.start();
    awaitState(State.FAILED_DEPLOYMENT);
    assertThat(machine().standing().message())
        .contains("no sign of life for", "minutes while Deploying");
    assertThat(machine().deployment().orElseThrow().written()).isFalse();
    // what it was in the middle of is over: a late result is not believed
    assertThatThrownBy(() -> result(write, "ok", NOTHING)).isInstanceOf(AgentWork.Over.class);
  }

  @Test
  void anImageThatIsGoneFailsBeforeAnythingIsWritten() throws Exception {
    deploying("");
    rack.images.remove(machine().deployment().orElseThrow().image(), machine().arch());
    assertThatThrownBy(() -> next(0)).isInstanceOf(AgentWork.Over.class);
    assertThat(machine().state()).isEqualTo(State.FAILED_DEPLOYMENT);
    assertThat(machine().standing().message()).contains("no longer in the store");
  }
}
