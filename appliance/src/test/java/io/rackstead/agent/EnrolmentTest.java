package io.rackstead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.PowerState;
import io.rackstead.http.Problem;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnEachDatabase
class EnrolmentTest {
  private static final String OTHER_UUID = "4c4c4544-0042-3010-8051-b4c04f4d3533";
  private static final MacAddress OTHER_MAC = MacAddress.parse("3c:fd:fe:00:00:02");

  @TempDir Path folder;
  private Rack rack;

  @BeforeEach
  void start() throws IOException {
    rack = new Rack(folder, Rack.fakeBmc(), _ -> {});
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private String capability(Optional<MachineId> machine, MacAddress mac, long epoch) {
    var capability =
        rack.capabilities.mint(
            machine, mac, epoch, Capability.Kind.BOOT, Rack.ADDRESS, Duration.ofMinutes(15));
    rack.capabilities.keep(capability);
    return capability.text();
  }

  private String capability(MacAddress mac) {
    return capability(Optional.empty(), mac, 0);
  }

  private Machine hello(String capability, Identity seen) {
    return rack.enrolment.hello(capability, seen, Architecture.AMD64, Rack.ADDRESS).machine();
  }

  private static Identity identity(MacAddress mac, String uuid, String serial) {
    return Identity.of(List.of(mac), uuid, serial);
  }

  @Test
  void anUnknownServerIsNew() {
    var machine = hello(capability(Rack.MAC), Rack.identity());
    assertThat(machine.state()).isEqualTo(State.NEW);
    assertThat(machine.quarantine()).isEmpty();
    assertThat(rack.machines.byMac(Rack.MAC).map(Machine::id)).contains(machine.id());
    // who speaks is on
    assertThat(rack.machines.byMac(Rack.MAC).map(m -> m.power().state())).contains(PowerState.ON);
  }

  @Test
  void theSameServerIsFoundAgainByItsMac() {
    var first = hello(capability(Rack.MAC), Rack.identity());
    assertThat(hello(capability(Rack.MAC), Rack.identity()).id()).isEqualTo(first.id());
  }

  @Test
  void aServerWithAnotherAdapterIsTheSameWhenUuidAndSerialSaySo() {
    var first = hello(capability(Rack.MAC), Rack.identity());
    var again = hello(capability(OTHER_MAC), identity(OTHER_MAC, Rack.UUID, "S1"));
    assertThat(again.id()).isEqualTo(first.id());
  }

  @Test
  void aStrangerWithAKnownUuidIsQuarantinedAndNotMerged() {
    var first = hello(capability(Rack.MAC), Rack.identity());
    assertThatThrownBy(() -> hello(capability(OTHER_MAC), identity(OTHER_MAC, Rack.UUID, "S2")))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("quarantined")
        .hasMessageContaining(first.hostname());
    assertThat(rack.machines.list()).hasSize(2);
    assertThat(rack.machines.find(first.id()).orElseThrow().quarantine()).isEmpty();
  }

  @Test
  void twoServersWithOneMacAreHeldForAPerson() {
    var first = hello(capability(Rack.MAC), Rack.identity());
    assertThatThrownBy(() -> hello(capability(Rack.MAC), identity(Rack.MAC, OTHER_UUID, "S2")))
        .isInstanceOf(Problem.class);
    assertThat(rack.machines.find(first.id()).orElseThrow().quarantine())
        .hasValueSatisfying(why -> assertThat(why).contains(OTHER_UUID));
  }

  @Test
  void junkIdentifiesNobodySoTwoBoardsWithoutIdentityAreTwoMachines() {
    var zero = "00000000-0000-0000-0000-000000000000";
    var first = hello(capability(Rack.MAC), identity(Rack.MAC, zero, "To be filled by O.E.M."));
    var second = hello(capability(OTHER_MAC), identity(OTHER_MAC, zero, "To be filled by O.E.M."));
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.quarantine()).isEmpty();
  }

  @Test
  void anInventedOrOldCapabilityOpensNothing() {
    assertThatThrownBy(() -> hello("0".repeat(32), Rack.identity()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("unknown or too old");
    var old = capability(Rack.MAC);
    rack.advance(Duration.ofMinutes(16));
    assertThatThrownBy(() -> hello(old, Rack.identity())).isInstanceOf(Problem.class);
    assertThat(rack.machines.list()).isEmpty();
  }

  @Test
  void aCapabilityIsGoodFromItsOwnAddressOnly() {
    var capability = capability(Rack.MAC);
    assertThatThrownBy(() ->
            rack.enrolment.hello(capability, Rack.identity(), Architecture.AMD64, "10.77.0.99"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("another address");
  }

  @Test
  void aHelloWhoseAnswerWasLostMayBeSaidAgain() {
    var capability = capability(Rack.MAC);
    var first = hello(capability, Rack.identity());
    assertThat(hello(capability, Rack.identity()).id()).isEqualTo(first.id());
  }

  @Test
  void aSecondTradeAfterTheTokenWasUsedFailsTheDeployment() throws Exception {
    var id = hello(capability(Rack.MAC), Rack.identity()).id();
    rack.machines.apply(id, new Event.Commission(), Actor.user("ada"));
    var epoch = rack.machines.find(id).orElseThrow().epoch();
    var capability = capability(Optional.of(id), Rack.MAC, epoch);
    hello(capability, Rack.identity());
    assertThat(rack.work.next(id, 0, Rack.ADDRESS, "http://x")).isPresent();
    assertThatThrownBy(() -> hello(capability, Rack.identity()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("used before");
    var frozen = rack.machines.find(id).orElseThrow();
    assertThat(frozen.state()).isEqualTo(State.FAILED_COMMISSIONING);
    assertThat(frozen.standing().message()).contains("shown twice");
  }

  @Test
  void aCapabilityOfAnOlderEpochIsRefused() {
    var id = hello(capability(Rack.MAC), Rack.identity()).id();
    var old = capability(Optional.of(id), Rack.MAC, 0);
    assertThatThrownBy(() -> hello(old, Rack.identity()))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("older epoch");
  }
}
