package io.rackstead.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Secret;
import io.rackstead.agent.AgentWork;
import io.rackstead.agent.Rack;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.bmc.fake.Fault;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.machine.Task;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.task.TaskStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnEachDatabase
class PowerTasksTest {
  private static final BmcAddress ADDRESS = BmcAddress.parse("ipmi://10.78.0.1");

  @TempDir Path folder;
  private Rack rack;
  private FakeBmc bmc;
  private MachineId id;

  @BeforeEach
  void start() throws IOException {
    bmc = Rack.fakeBmc();
    rack = new Rack(folder, bmc, _ -> {});
    id = rack.enlisted().id();
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private Machine machine() {
    return rack.machines.find(id).orElseThrow();
  }

  private void account(String password) {
    rack.machines.apply(
        id,
        new Event.SetPower(Optional.of(ADDRESS), "rackstead"),
        Actor.APPLIANCE,
        tx -> rack.vault.put(tx, AgentWork.bmcPassword(id), Secret.of(password)));
  }

  private Optional<Event> carryOut(Task task, FakeBmc there) {
    var bmcs = new Bmcs(new FakeBmcs().plug(there), rack.database, rack.vault);
    return rack.powerTasks(bmcs)
        .handle(machine(), new TaskStore.Row(1, id, machine().epoch(), task, Instant.EPOCH, 0, ""));
  }

  /// A deployment that was asked for while the server was about to be switched off after its tests.
  @Test
  void aPowerOffThatSomethingElseHasOvertakenLeavesTheServerOn() {
    account("secret");
    carryOut(Task.START_FROM_NETWORK, bmc);
    var before = machine();
    rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
    var bmcs = new Bmcs(new FakeBmcs().plug(bmc), rack.database, rack.vault);
    var row = new TaskStore.Row(1, id, before.epoch(), Task.POWER_OFF, Instant.EPOCH, 0, "");
    assertThat(rack.powerTasks(bmcs).handle(before, row)).isEmpty();
    assertThat(bmc.power()).isEqualTo(PowerState.ON);
  }

  @Test
  void aServerThatIsOffIsStartedFromTheNetworkOnce() {
    account("secret");
    assertThat(carryOut(Task.START_FROM_NETWORK, bmc)).contains(new Event.PowerSeen(PowerState.ON));
    assertThat(bmc.power()).isEqualTo(PowerState.ON);
  }

  @Test
  void offIsSaidWhenTheHardwareSaysSo() {
    account("secret");
    bmc.press(PowerAction.ON);
    rack.machines.apply(id, new Event.Commission(), Actor.APPLIANCE);
    assertThat(carryOut(Task.POWER_OFF, bmc)).isEmpty();
    assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    assertThat(machine().power().state()).isEqualTo(PowerState.OFF);
  }

  @Test
  void aWrongPasswordIsNoReasonToTryAgain() {
    account("wrong");
    assertThatThrownBy(() -> carryOut(Task.START_FROM_NETWORK, bmc))
        .isInstanceOfSatisfying(BmcException.class, e -> assertThat(e.kind().passing()).isFalse())
        .hasMessageContaining("ipmi://10.78.0.1");
    assertThat(bmc.power()).isEqualTo(PowerState.OFF);
  }

  @Test
  void aBmcThatDoesNotAnswerIsAPassingFaultAndTheNextTrySucceeds() {
    account("secret");
    bmc.fault(Fault.SILENT, true);
    assertThatThrownBy(() -> carryOut(Task.START_FROM_NETWORK, bmc))
        .isInstanceOfSatisfying(BmcException.class, e -> assertThat(e.kind().passing()).isTrue())
        .hasMessageContaining("ipmi://10.78.0.1");
    bmc.fault(Fault.SILENT, false);
    carryOut(Task.START_FROM_NETWORK, bmc);
    assertThat(bmc.power()).isEqualTo(PowerState.ON);
  }

  @Test
  void aBmcThatStaysSilentIsAskedSixTimesAndThenFailsTheMachineInWords() throws Exception {
    account("secret");
    bmc.fault(Fault.SILENT, true);
    rack.tasks.start();
    rack.machines.apply(id, new Event.Commission(), Actor.user("ada"));
    long until = System.nanoTime() + 60_000_000_000L;
    while (machine().state() != State.FAILED_COMMISSIONING) {
      assertThat(System.nanoTime()).as("still " + machine().state()).isLessThan(until);
      rack.advance(java.time.Duration.ofSeconds(61));
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(machine().standing().message()).contains("ipmi://10.78.0.1");
    assertThat(bmc.power()).isEqualTo(PowerState.OFF);
  }

  @Test
  void aMachineWithoutAPasswordOnRecordSaysWhatToDo() {
    rack.machines.apply(id, new Event.SetPower(Optional.of(ADDRESS), "rackstead"), Actor.APPLIANCE);
    assertThatThrownBy(() -> carryOut(Task.START_FROM_NETWORK, bmc))
        .hasMessageContaining("set its power parameters");
  }

  @Test
  void aBmcThatBelongsToAnotherServerSwitchesNothing() {
    account("secret");
    var other =
        new FakeBmc(
            ADDRESS,
            new BmcCredentials("rackstead", "secret".toCharArray()),
            "11111111-2222-3333-4444-555555555555",
            "S2");
    assertThatThrownBy(() -> carryOut(Task.START_FROM_NETWORK, other))
        .isInstanceOf(BmcException.class)
        .hasMessageContaining("nothing was switched");
    assertThat(other.power()).isEqualTo(PowerState.OFF);
    assertThat(other.boot()).isEmpty();
  }

  @Test
  void withoutABmcAPersonIsAskedToPressTheButton() {
    assertThat(carryOut(Task.START_FROM_NETWORK, bmc))
        .hasValueSatisfying(event ->
            assertThat(event)
                .isInstanceOfSatisfying(
                    Event.Prompted.class,
                    prompted -> assertThat(prompted.prompt()).contains("press the power button")));
  }

  @Test
  void aServerWithUefiFirmwareIsToldToBootInEfiMode() {
    assertThat(PowerTasks.target(machine(), BootTarget.Device.PXE).mode())
        .isEqualTo(BootTarget.Mode.EFI);
  }
}
