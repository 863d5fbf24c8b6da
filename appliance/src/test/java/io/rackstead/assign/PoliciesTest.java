package io.rackstead.assign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Actor;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.task.Brake;
import io.rackstead.task.TaskRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init")
class PoliciesTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;
  private TaskRunner runner;
  private long version;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    runner =
        new TaskRunner(
            served.site.machines,
            served.site.database,
            served.site.tasks,
            served.site,
            (machine, row) ->
                switch (row.task()) {
                  case FOLLOW_POLICY -> served.policies.follow(machine);
                  default -> Optional.empty();
                },
            () -> false,
            new Brake(10, 60, 250),
            Runnable::run,
            System::nanoTime,
            Duration.ZERO);
  }

  @AfterEach
  void stop() {
    runner.close();
    served.close();
  }

  private static String line(String name, String when, String more) {
    return """
    {"name":"%s","when":"%s","image":"debian-12","role":"%s","target":"noop"%s}\
    """
        .formatted(name, when.replace("\"", "\\\""), name, more);
  }

  private void save(String... lines) {
    var answer =
        admin.put(
            "/api/policies",
            "{\"version\":%d,\"policies\":[%s]}".formatted(version, String.join(",", lines)));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    version = answer.json().path("version").asLong();
  }

  private JsonNode told(Machine machine) {
    return admin.get("/api/machines/" + machine.id() + "/policy").json();
  }

  private void apply(Machine... machines) {
    var names = List.of(machines).stream().map(m -> "\"" + m.id() + "\"").toList();
    var answer =
        admin.json("/api/policies/apply", "{\"machines\":[" + String.join(",", names) + "]}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    work();
  }

  private void work() {
    // one task of a machine in each round, and there are those of its commissioning before it
    for (int i = 0; i < 6; i++) {
      runner.round();
    }
  }

  private void free(Machine machine) {
    served.site.machines.apply(machine.id(), new Event.Release(EraseMode.NONE), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
  }

  @Test
  void aMachineBecomesWhatTheFirstMatchingLineSays() {
    save(
        line("big", "cpu_count >= 64", ""),
        line("kvm", "memory_mib >= 4096 and arch = \"amd64\"", ""));
    var machine = served.ready();
    assertThat(told(machine).path("verdict").asText()).isEqualTo("takes");
    apply(machine);
    var now = served.now(machine);
    assertThat(now.state()).isEqualTo(State.DEPLOYING);
    assertThat(now.labels().owner()).isEqualTo("ada");
    assertThat(now.deployment().orElseThrow().image()).hasToString("debian/bookworm");
    var told = told(machine);
    assertThat(told.path("verdict").asText()).isEqualTo("stays");
    assertThat(told.path("line").asText()).isEqualTo("kvm");
    assertThat(told.path("lines").path(0).path("why").asText())
        .isEqualTo("cpu_count >= 64 is not so: nothing is known");
    assertThat(admin.get("/api/audit").json().path("rows").path(0).path("what").asText())
        .contains("becomes debian-12 as kvm, handed to noop, for ada");
  }

  @Test
  void eachLineThatDidNotTakeItSaysWhy() {
    save(
        line("big", "cpu_count >= 64", ""),
        line("gpu", "gpus > 0 or pool = \"ml\"", ""),
        line("night", "arch = \"amd64\"", ",\"schedule\":\"02:00-03:00\""),
        line("rest", "arch = \"amd64\"", ""));
    var told = told(served.ready());
    assertThat(told.path("verdict").asText()).isEqualTo("waits");
    assertThat(told.path("line").asText()).isEqualTo("night");
    assertThat(told.path("lines"))
        .extracting(word -> word.path("why").asText())
        .containsExactly(
            "cpu_count >= 64 is not so: cpu_count is 4",
            "gpus > 0 is not so: gpus is 0; pool = \"ml\" is not so: pool is default",
            "matches",
            "matches, but a line above took it");
  }

  @Test
  void aLimitHoldsAndAPlaceThatBecomesFreeIsTakenByWhoWaits() {
    save(line("one", "arch = \"amd64\"", ",\"max\":1"));
    var first = served.ready();
    var second = served.ready();
    apply(first, second);
    assertThat(served.state(first)).isEqualTo(State.DEPLOYING);
    assertThat(served.state(second)).isEqualTo(State.READY);
    assertThat(told(second).path("lines").path(0).path("why").asText()).isEqualTo("full: 1 of 1");
    free(first);
    served.policies.look();
    work();
    assertThat(served.state(second)).isEqualTo(State.DEPLOYING);
    // asked once, taken once: what is released is not installed again by itself
    assertThat(served.state(first)).isEqualTo(State.READY);
  }

  @Test
  void outOfItsHoursAMachineWaitsAndIsTakenWhenTheyBegin() {
    save(line("night", "arch = \"amd64\"", ",\"schedule\":\"22:00-06:00\""));
    var machine = served.ready();
    apply(machine);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    served.site.pass(Duration.ofHours(5));
    served.policies.look();
    work();
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYING);
  }

  @Test
  void aTaskThatIsDoneTwiceTakesTheMachineOnce() {
    save(line("kvm", "arch = \"amd64\"", ""));
    var machine = served.ready();
    apply(machine);
    long epoch = served.now(machine).epoch();
    served.policies.follow(machine);
    served.policies.look();
    work();
    assertThat(served.now(machine).epoch()).isEqualTo(epoch);
  }

  @Test
  void aNewcomerThatALineWantsIsCommissionedAndTakenAndTagsOfDefinitionsCount() {
    admin.post("/MAAS/api/2.0/tags/", "name=roomy&definition=rule: memory_mib >= 4096");
    save(line("kvm", "tag = \"roomy\"", ""));
    var machine = served.newcomer();
    served.report(machine, List.of());
    var accepted = served.policies.of(served.now(machine)).orElseThrow();
    assertThat(accepted.rule()).isEqualTo("policy-kvm");
    served.site.machines.apply(
        machine.id(), new Event.Commission(), Actor.rule(accepted.rule()), accepted.with());
    served.report(machine, List.of());
    served.site.machines.apply(machine.id(), new Event.CommissioningDone(), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.TestsPassed(), Actor.APPLIANCE);
    work();
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYING);
  }

  @Test
  void whatALineAcceptedIsNotInstalledOverDataThatCameToLight() {
    save(line("kvm", "arch = \"amd64\"", ""));
    var machine = served.newcomer();
    served.report(machine, List.of());
    var accepted = served.policies.of(served.now(machine)).orElseThrow();
    served.site.machines.apply(
        machine.id(), new Event.Commission(), Actor.rule(accepted.rule()), accepted.with());
    served.report(machine, List.of("ext4 home"));
    served.site.machines.apply(machine.id(), new Event.CommissioningDone(), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.TestsPassed(), Actor.APPLIANCE);
    work();
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(told(machine).path("verdict").asText()).isEqualTo("held");
    assertThat(told(machine).path("why").asText()).contains("vda: ext4 home");
    // a person who looks at it and asks gives it away
    apply(machine);
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYING);
  }

  @Test
  void aPreviewSaysWhatWouldChangeAndSavesNothing() {
    save(line("kvm", "arch = \"amd64\"", ",\"max\":1"));
    var machines = List.of(served.ready(), served.ready(), served.ready());
    var answer =
        admin.json(
            "/api/policies/preview",
            "{\"policies\":["
                + line("kvm", "arch = \"amd64\"", ",\"max\":2")
                + ","
                + line("rest", "cpu_count > 1", "")
                + "]}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    var preview = answer.json();
    assertThat(preview.path("judged").asInt()).isEqualTo(machines.size());
    assertThat(preview.path("changes"))
        .extracting(change -> change.path("from").asText() + ">" + change.path("to").asText())
        .containsExactly(">kvm", ">rest");
    assertThat(preview.path("begins").asInt()).isZero();
    assertThat(admin.get("/api/policies").json().path("policies")).hasSize(1);
  }

  @Test
  void whoEditsWhatSomebodyElseHasEditedIsToldSo() {
    save(line("kvm", "arch = \"amd64\"", ""));
    var late = admin.put("/api/policies", "{\"version\":0,\"policies\":[]}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.body()).contains("edited meanwhile");
  }

  @Test
  void linesThatCanNeverTakeAMachineAreNamed() {
    save(line("kvm", "arch = \"amd64\"", ""), line("k8s", " arch  =  \"amd64\" ", ""));
    assertThat(admin.get("/api/policies").json().path("conflicts").path(0).asText())
        .startsWith("k8s never takes a machine: kvm above it");
  }

  @Test
  void anImageThatIsNotThereIsSaidOnTheTimelineAndNotTriedForEver() {
    save(line("kvm", "arch = \"amd64\"", "").replace("debian-12", "debian-13"));
    var machine = served.ready();
    apply(machine);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(served.site.events.last(machine.id()).orElseThrow().text())
        .isEqualTo("policy kvm could not take it: no image debian-13 for amd64 in the store");
    assertThat(served.site.database.read(new PolicyStore()::wishes)).isEmpty();
  }

  @Test
  void aUserWithoutTheRightNeitherEditsNorApplies() {
    var uma = served.person("uma", Role.USER);
    var machine = served.ready();
    assertThat(uma.put("/api/policies", "{\"version\":0,\"policies\":[]}").status()).isEqualTo(403);
    assertThat(uma.json("/api/policies/preview", "{\"policies\":[]}").status()).isEqualTo(403);
    assertThat(
            uma.json("/api/policies/apply", "{\"machines\":[\"" + machine.id() + "\"]}").status())
        .isEqualTo(403);
  }

  @Test
  void disksAreLaidOutAsTheLineSays() {
    var machine = served.ready();
    var laid =
        admin.post(
            "/MAAS/api/2.0/machines/" + machine.id() + "/?op=set_storage_layout",
            "storage_layout=lvm");
    assertThat(laid.status()).as(laid.body()).isEqualTo(200);
    save(line("own", "arch = \"amd64\"", ""));
    apply(machine);
    // lvm is not written: its timeline says so, and nothing was begun
    assertThat(served.now(machine).state()).isEqualTo(State.READY);
    save(line("flat", "arch = \"amd64\"", ",\"layout\":\"flat\""));
    apply(machine);
    assertThat(served.now(machine).state()).isEqualTo(State.DEPLOYING);
    assertThat(served.now(machine).node().storage().layout()).isEqualTo("flat");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"name":"a b","when":"arch = 1","image":"debian-12"} | a name has letters
          {"name":"a","when":"arch = 1","image":"../../etc"} | an image is named like
          {"name":"a","when":"","image":"debian-12"} | the definition is empty
          {"name":"a","when":"nonsense = 1","image":"debian-12"} | a rule cannot ask for 'nonsense'
          {"name":"a","when":"arch = 1 and","image":"debian-12"} | ends too early
          {"name":"a","when":"arch = 1","image":"debian-12","wehn":1} | has a key 'wehn'
          {"name":"a","when":"arch = 1","image":"debian-12","max":-1} | max is a number
          {"name":"a","when":"arch = 1","image":"debian-12","max":"many"} | max is a number
          {"name":"a","when":"arch = 1","image":"debian-12","enabled":"yes"} | enabled is true or false
          {"name":"a","when":"arch = 1","image":"debian-12","on":"sunday"} | on is enrolment or demand
          {"name":"a","when":"arch = 1","image":"debian-12","layout":"zfs"} | layout is flat
          {"name":"a","when":"arch = 1","image":"debian-12","network":"vlans"} | network is bridges
          {"name":"a","when":"arch = 1","image":"debian-12","schedule":"soon"} | a schedule reads like
          {"name":"a","when":"arch = 1","image":"debian-12","owner":"nobody"} | there is no user nobody
          {"name":"a","when":"arch = 1","image":"debian-12","target":"${x}"} | a target has letters
          {"name":"a","when":"arch = 1","image":"debian-12","role":"x\\ny"} | a role has letters
          [] | is no object
          """)
  void aLineThatIsWrongIsRefusedInWords(String line, String words) {
    for (var way : List.of("/api/policies", "/api/policies/preview")) {
      if (way.endsWith("preview") && words.startsWith("there is no user")) {
        continue;
      }
      var body = "{\"version\":0,\"policies\":[" + line + "]}";
      var answer = way.endsWith("preview") ? admin.json(way, body) : admin.put(way, body);
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains(words);
    }
  }

  @Test
  void twoLinesOfOneNameAndALineTooManyAreRefused() {
    var twice = line("a", "arch = 1", "");
    assertThat(
            admin
                .put("/api/policies", "{\"version\":0,\"policies\":[" + twice + "," + twice + "]}")
                .status())
        .isEqualTo(400);
    var many = String.join(",", java.util.Collections.nCopies(1001, "{}"));
    assertThat(admin.put("/api/policies", "{\"version\":0,\"policies\":[" + many + "]}").status())
        .isEqualTo(400);
  }
}
