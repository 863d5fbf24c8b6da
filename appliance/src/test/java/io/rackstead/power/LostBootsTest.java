package io.rackstead.power;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.agent.Rack;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.event.Entry;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.task.TaskStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The story that showed it: `kill -9` while iPXE asked for its script, a connection that was
/// reset, and a server that went on to a half-written disk and stayed there.
@OnEachDatabase
class LostBootsTest {
  @TempDir Path folder;
  private final TaskStore tasks = new TaskStore();
  private long nanos;
  private Rack rack;
  private LostBoots lostBoots;
  private MachineId id;

  @BeforeEach
  void aServerThatIsStartedToBeCommissioned() throws IOException {
    rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
    id = rack.enlisted().id();
    rack.machines.apply(
        id,
        new Event.SetPower(Optional.of(BmcAddress.parse("ipmi://10.78.0.1")), "rackstead"),
        Actor.APPLIANCE);
    rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
    started();
    lostBoots =
        new LostBoots(
            rack.machines,
            rack.events,
            rack.database,
            tasks,
            rack.sessions,
            rack::now,
            () -> nanos);
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  /// What was asked of the power is done.
  private void started() {
    rack.database.change(tx -> tx.change("delete from task"));
  }

  private void sign(String source) {
    rack.database.change(
        tx -> rack.events.append(tx, Entry.of(rack.now(), id, source, "server", "a sign")));
    lostBoots.look();
  }

  private boolean startedAgainAfter(Duration silence) {
    nanos += silence.toNanos();
    lostBoots.look();
    return rack.database.read(tx -> tasks.waits(tx, id));
  }

  @Test
  void aLoaderThatAskedAndLedToNoAgentIsStartedAgain() {
    sign("dhcp");
    assertThat(startedAgainAfter(LostBoots.LOADER.minusSeconds(1))).isFalse();
    assertThat(startedAgainAfter(Duration.ofSeconds(1))).isTrue();
    assertThat(rack.events.last(id).orElseThrow().text())
        .isEqualTo(
            "no agent 5 minutes after its last sign (dhcp): started from the network again,"
                + " 1 of 2");
  }

  @Test
  void firmwareIsGivenTheTimeOfItsSelfTest() {
    sign("bmc");
    assertThat(startedAgainAfter(LostBoots.LOADER)).isFalse();
    assertThat(startedAgainAfter(LostBoots.FIRMWARE)).isTrue();
  }

  @Test
  void aNewSignRenewsThePatience() {
    sign("dhcp");
    assertThat(startedAgainAfter(LostBoots.LOADER.minusSeconds(1))).isFalse();
    sign("http");
    assertThat(startedAgainAfter(LostBoots.LOADER.minusSeconds(1))).isFalse();
  }

  @Test
  void afterTwoTimesTheDeadlineDecides() {
    for (int time = 1; time <= 2; time++) {
      sign("dhcp");
      assertThat(startedAgainAfter(LostBoots.LOADER)).isTrue();
      started();
    }
    sign("dhcp");
    assertThat(startedAgainAfter(LostBoots.FIRMWARE)).isFalse();
  }

  @Test
  void whatIsStillToBeDoneComesFirst() {
    rack.machines.apply(id, new Event.Abort(), Actor.APPLIANCE);
    rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
    sign("dhcp");
    var before = rack.events.last(id);
    assertThat(startedAgainAfter(LostBoots.FIRMWARE)).as("the first start").isTrue();
    assertThat(rack.events.last(id)).isEqualTo(before);
  }

  @Test
  void aMachineThatRestsIsLeftAlone() {
    rack.machines.apply(id, new Event.MarkBroken("smoke"), Actor.APPLIANCE);
    started();
    assertThat(rack.machines.find(id).orElseThrow().state()).isEqualTo(State.BROKEN);
    sign("dhcp");
    assertThat(startedAgainAfter(LostBoots.FIRMWARE)).isFalse();
  }
}
