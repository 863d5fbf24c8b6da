package io.rackstead.bmc.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcException.Kind;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.BootTarget.Device;
import io.rackstead.bmc.BootTarget.Mode;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Faults are carried out as ordered, and a start tells what it starts from.
class FakeBmcTest {
  private static final BootTarget PXE = new BootTarget(Device.PXE, Mode.EFI);
  private static final BootTarget DISK = new BootTarget(Device.DISK, Mode.EFI);

  private final BmcCredentials account = new BmcCredentials("admin", "secret".toCharArray());
  private final FakeBmc fake =
      new FakeBmc(BmcAddress.parse("ipmi://10.0.9.7"), account, "", "B5XNX");
  private final FakeBmcs dialer = new FakeBmcs().plug(fake);

  private Bmc dial() {
    return dialer.dial(fake.address(), account);
  }

  @ParameterizedTest
  @CsvSource({"SILENT, UNREACHABLE", "BUSY, BUSY"})
  void aFaultOfTheBmcIsAnExceptionOfItsKindUntilItIsMended(Fault fault, Kind kind) {
    fake.fault(fault, true);
    assertThatThrownBy(this::dial)
        .isInstanceOfSatisfying(BmcException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    fake.fault(fault, false);
    try (var bmc = dial()) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void aBmcMayFallSilentInTheMiddleOfASession() {
    try (var bmc = dial()) {
      fake.fault(Fault.SILENT, true);
      assertThatThrownBy(bmc::power).isInstanceOf(BmcException.class);
    }
    assertThat(fake.openSessions()).isZero();
  }

  @Test
  void aDeafBmcSaysYesAndTheServerStaysAsItWas() {
    fake.fault(Fault.DEAF_TO_POWER, true);
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void anUnreadablePowerStateIsUnknownWhateverTheLampShows() {
    fake.fault(Fault.UNREADABLE_POWER, true);
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.UNKNOWN);
      assertThat(fake.power()).isEqualTo(PowerState.ON);
    }
  }

  @Test
  void aTargetForOnceHoldsForOneStartAndOneForAlwaysForAll() {
    List<Optional<BootTarget>> starts = new ArrayList<>();
    fake.onChange(change -> starts.add(change.boot()));
    try (var bmc = dial()) {
      bmc.bootFrom(PXE, Persistence.ONCE);
      bmc.power(PowerAction.ON);
      bmc.power(PowerAction.FORCE_RESTART);
      bmc.bootFrom(DISK, Persistence.ALWAYS);
      bmc.power(PowerAction.POWER_CYCLE);
      bmc.power(PowerAction.FORCE_RESTART);
    }
    assertThat(starts)
        .containsExactly(Optional.of(PXE), Optional.empty(), Optional.of(DISK), Optional.of(DISK));
  }

  @Test
  void aListenerMayShutTheServerDownInAnswerToItsStart() {
    fake.onChange(change -> {
      if (change.action() == PowerAction.ON) {
        change.bmc().press(PowerAction.GRACEFUL_SHUTDOWN);
      }
    });
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void aBmcThatForgetsItsBootTargetSaysYes() {
    fake.fault(Fault.FORGETS_BOOT_TARGET, true);
    try (var bmc = dial()) {
      bmc.bootFrom(PXE, Persistence.ONCE);
    }
    assertThat(fake.boot()).isEmpty();
  }

  @Test
  void aBmcWithoutBootOverrideSaysSo() {
    fake.fault(Fault.NO_BOOT_OVERRIDE, true);
    try (var bmc = dial()) {
      assertThatThrownBy(() -> bmc.bootFrom(PXE, Persistence.ONCE))
          .isInstanceOfSatisfying(
              BmcException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
    }
  }
}
