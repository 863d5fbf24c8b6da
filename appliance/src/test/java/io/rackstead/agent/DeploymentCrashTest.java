package io.rackstead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Secret;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Event;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Outcome;
import io.rackstead.machine.State;
import io.rackstead.store.Crash;
import io.rackstead.store.Database;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills the appliance before, between and after each durable write of a deployment, a
/// commissioning and a release, starts it again, and goes on: the machine ends where it should, and
/// nothing is done twice to its disk.
@OnEachDatabase
class DeploymentCrashTest {
  @TempDir Path folder;

  /// An agent that carries steps out in its head, and repeats each call until it is answered.
  private static final class Agent {
    final List<String> done = new ArrayList<>();
    final Set<Long> acknowledged = new HashSet<>();
    Optional<ObjectNode> present = Optional.empty();
    String told = "";
    long after;

    /// One call; what it throws is repeated by calling again.
    void act(Rack rack, MachineId id) throws InterruptedException {
      if (present.isEmpty()) {
        var step = rack.work.next(id, after, Rack.ADDRESS, "http://10.77.0.1:5240");
        if (step.isPresent()) {
          long seq = step.get().path("seq").asLong();
          assertThat(acknowledged).as("a step whose result was acknowledged").doesNotContain(seq);
          var kind = step.get().path("kind").asText();
          boolean named = kind.equals("script") || step.get().has("lldp_wait_s");
          done.add(named ? step.get().path("name").asText() : kind);
          told = step.get().path("password").asText(told);
          present = step;
        }
        return;
      }
      long seq = present.get().path("seq").asLong();
      rack.work.result(id, seq, new Step.Result("ok", 0, 1, "", found(present.get())));
      acknowledged.add(seq);
      after = seq;
      present = Optional.empty();
    }
  }

  /// Counts durable writes and dies at one of them.
  private static final class Fuse implements Database.CrashPoint {
    final int at;
    int reached;
    boolean armed;

    Fuse(int at) {
      this.at = at;
    }

    @Override
    public void reached(String where) {
      if (!armed || Thread.currentThread().getName().equals("event-log")) {
        return;
      }
      if (++reached == at) {
        throw new Crash(where + " #" + at);
      }
    }
  }

  @Test
  void aDeploymentSurvivesBeingKilledAtEachDurableWrite() throws Exception {
    var template = folder.resolve("template");
    MachineId id;
    try (var rack = new Rack(template, Rack.fakeBmc(), _ -> {})) {
      id = allocated(rack);
    }
    int points = deploy(copy(template, "whole"), id, 0);
    assertThat(points).isGreaterThan(30);
    for (int at = 1; at <= points; at += TestDatabase.stride()) {
      deploy(copy(template, "at" + at), id, at);
    }
  }

  /// What the agent finds where it runs.
  private static ObjectNode found(ObjectNode step) {
    return switch (step.path("kind").asText()) {
      case "inventory" -> Rack.report();
      case "bmc" ->
          JsonNodeFactory.instance
              .objectNode()
              .put("address", "10.78.0.1")
              .put("user", "rackstead");
      default -> JsonNodeFactory.instance.objectNode();
    };
  }

  /// The BMC keeps the password that it was told last, so that must be the one on record.
  @Test
  void aCommissioningSurvivesBeingKilledAtEachDurableWriteAndKnowsTheBmcsPassword()
      throws Exception {
    var template = folder.resolve("template");
    MachineId id;
    try (var rack = new Rack(template, Rack.fakeBmc(), _ -> {})) {
      id = rack.enlisted().id();
    }
    var intent = new Event.Commission();
    int points = survive(copy(template, "whole"), id, 0, intent, State.READY).reached();
    assertThat(points).isGreaterThan(40);
    // every other point: three belong to a write, so each kind comes in turn
    for (int at = 1; at <= points; at += Math.max(2, TestDatabase.stride())) {
      var end = survive(copy(template, "at" + at), id, at, intent, State.READY);
      assertThat(end.done())
          .as("what the agent did, killed at %d", at)
          .startsWith("inventory", "bmc")
          .doesNotHaveDuplicates();
      assertThat(end.password()).as("password, killed at %d", at).isEqualTo(end.told());
    }
  }

  @Test
  void aReleaseSurvivesBeingKilledAtEachDurableWriteErasesOnceAndEndsOff() throws Exception {
    var template = folder.resolve("template");
    MachineId id;
    try (var rack = new Rack(template, Rack.fakeBmc(), _ -> {})) {
      id = allocated(rack);
    }
    var intent = new Event.Release(EraseMode.QUICK);
    int points = survive(copy(template, "whole"), id, 0, intent, State.READY).reached();
    assertThat(points).isGreaterThan(20);
    for (int at = 1; at <= points; at += TestDatabase.stride()) {
      var end = survive(copy(template, "at" + at), id, at, intent, State.READY);
      assertThat(end.done())
          .as("what the agent did, killed at %d", at)
          .anyMatch(kind -> kind.contains("erase"))
          .doesNotHaveDuplicates();
      assertThat(end.power()).as("power, killed at %d", at).isEqualTo(PowerState.OFF);
      assertThat(end.presses()).as("switched off once, killed at %d", at).isEqualTo(1);
    }
  }

  /// @param told the password that the BMC was given last
  private record End(
      int reached,
      List<String> done,
      String told,
      String password,
      PowerState power,
      int presses) {}

  /// One intent from the request to its goal: the client, the task runner and the agent take turns,
  /// and each repeats what was not answered.
  private static End survive(Path folder, MachineId id, int at, Event intent, State goal)
      throws Exception {
    var bmc = Rack.fakeBmc();
    var presses = new AtomicInteger();
    bmc.onChange(change -> {
      if (change.action() == PowerAction.FORCE_OFF) {
        presses.incrementAndGet();
      }
    });
    var fuse = new Fuse(at);
    var agent = new Agent();
    var rack = new Rack(folder, bmc, fuse);
    fuse.armed = true;
    var from = rack.machines.find(id).orElseThrow().state();
    int calls = 0;
    while (rack.machines.find(id).orElseThrow().state() != goal) {
      assertThat(++calls).as("calls at crash point %d", at).isLessThan(80);
      try {
        if (rack.machines.find(id).orElseThrow().state() == from) {
          rack.machines.apply(id, intent, Actor.user("ada"));
        }
        rack.tasks.round();
        if (Purpose.of(rack.machines.find(id).orElseThrow()).isPresent()) {
          agent.act(rack, id);
        }
        // between two calls of its own the agent is not waited for
        rack.sessions.silence(id);
      } catch (Crash e) {
        rack.kill();
        rack = new Rack(folder, bmc, _ -> {});
      }
    }
    var open = rack;
    var password =
        open.database
            .<Optional<Secret>>read(tx -> open.vault.get(tx, AgentWork.bmcPassword(id)))
            .map(Secret::reveal)
            .orElse("");
    rack.close();
    return new End(
        fuse.reached, List.copyOf(agent.done), agent.told, password, bmc.power(), presses.get());
  }

  private Path copy(Path template, String name) throws IOException {
    var copy = folder.resolve(name);
    try (var files = Files.walk(template)) {
      for (var file : files.toList()) {
        Files.copy(
            file,
            copy.resolve(template.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    TestDatabase.copied(template.resolve("db"), copy.resolve("db"));
    return copy;
  }

  /// @return how many crash points a deployment passes
  private static int deploy(Path folder, MachineId id, int at) throws Exception {
    var bmc = Rack.fakeBmc();
    var fuse = new Fuse(at);
    var agent = new Agent();
    var rack = new Rack(folder, bmc, fuse);
    fuse.armed = true;
    boolean asked = false;
    int calls = 0;
    while (rack.machines.find(id).orElseThrow().state() != State.DEPLOYED) {
      assertThat(++calls).as("calls at crash point %d", at).isLessThan(60);
      try {
        if (!asked) {
          asked = ask(rack, id);
        } else if (agent.done.contains("reboot") && agent.present.isEmpty()) {
          rack.machines.apply(id, new Event.Booted(), new Actor("system", "x"));
        } else {
          agent.act(rack, id);
        }
      } catch (Crash e) {
        rack.kill();
        rack = new Rack(folder, bmc, _ -> {});
      }
    }
    assertThat(agent.done)
        .as("what the agent did, killed at %d", at)
        .satisfies(DeploymentCrashTest::nothingTwice);
    assertThat(rack.machines.find(id).orElseThrow().deployment().orElseThrow().written()).isTrue();
    rack.close();
    return fuse.reached;
  }

  /// A step may be asked for again when the answer that carried it was lost; then it was never
  /// begun.
  private static void nothingTwice(List<? extends String> done) {
    assertThat(done).doesNotHaveDuplicates();
    assertThat(new ArrayList<String>(done))
        .containsExactly(
            "identify-disk", "write-image", "read-back", "seed", "efi-boot-order", "reboot");
  }

  /// A client whose request was not answered asks again and takes "is Deploying" for an answer.
  private static boolean ask(Rack rack, MachineId id) throws Exception {
    if (rack.machines.find(id).orElseThrow().state() == State.DEPLOYING) {
      return true;
    }
    var image = rack.image();
    var outcome =
        rack.machines.apply(
            id,
            new Event.Deploy(
                new Deployment(
                    image.id(),
                    image.raw().sha256(),
                    "",
                    List.of(),
                    "",
                    false,
                    false,
                    Optional.empty(),
                    0,
                    Optional.empty())),
            Actor.user("ada"));
    return outcome instanceof Outcome.Moved;
  }

  private static MachineId allocated(Rack rack) throws Exception {
    rack.image();
    var machine = rack.enlisted();
    for (var event :
        List.of(
            new Event.Commission(),
            new Event.CommissioningDone(),
            new Event.TestsPassed(),
            new Event.Allocate("ada"))) {
      assertThat(rack.machines.apply(machine.id(), event, Actor.APPLIANCE))
          .isInstanceOf(Outcome.Moved.class);
    }
    rack.machines.apply(
        machine.id(),
        new Event.SetPower(Optional.of(BmcAddress.parse("ipmi://10.78.0.1")), "rackstead"),
        Actor.APPLIANCE,
        tx -> rack.vault.put(tx, AgentWork.bmcPassword(machine.id()), Secret.of("secret")));
    return machine.id();
  }
}
