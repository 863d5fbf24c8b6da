package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every `Bmc` keeps, whatever it speaks. The server is off when a test begins.
abstract class BmcContract {
  protected abstract BmcDialer dialer();

  protected abstract BmcAddress address();

  /// An account that may do everything.
  protected abstract BmcCredentials account();

  /// An address of the same kind at which nobody answers.
  protected abstract BmcAddress nobody();

  protected abstract String systemUuid();

  /// The lamp on the front of the server, read past the BMC.
  protected abstract PowerState lamp();

  /// What the server would start from, read past the BMC; empty text where nothing is set.
  protected abstract String bootTarget();

  private Bmc dial() {
    return dialer().dial(address(), account());
  }

  @Test
  void aServerThatIsOffIsReportedOffAndOnAfterItWasSwitchedOn() {
    try (var bmc = dial()) {
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      bmc.power(PowerAction.ON);
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
      assertThat(lamp()).isEqualTo(PowerState.ON);
    }
  }

  @Test
  void switchingOffWhatIsOnEndsInOff() {
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      bmc.power(PowerAction.FORCE_OFF);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
      assertThat(lamp()).isEqualTo(PowerState.OFF);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PowerAction.class,
      names = {"ON", "FORCE_OFF"})
  void askingTwiceIsAsGoodAsAskingOnce(PowerAction action) {
    try (var bmc = dial()) {
      bmc.power(action);
      var after = bmc.power();
      bmc.power(action);
      assertThat(bmc.power()).isEqualTo(after);
    }
  }

  @Test
  void aShutdownOfAServerThatIsOffLeavesItOff() {
    try (var bmc = dial()) {
      bmc.power(PowerAction.GRACEFUL_SHUTDOWN);
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PowerAction.class,
      names = {"FORCE_RESTART", "POWER_CYCLE"})
  void aRestartOfAServerThatIsOffIsRefusedAndChangesNothing(PowerAction action) {
    try (var bmc = dial()) {
      assertThatThrownBy(() -> bmc.power(action))
          .isInstanceOfSatisfying(
              BmcException.class,
              e -> assertThat(e.kind()).isEqualTo(BmcException.Kind.UNSUPPORTED))
          .hasMessageContaining(address().toString())
          .hasMessageContaining("switch it on instead");
      assertThat(lamp()).isEqualTo(PowerState.OFF);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PowerAction.class,
      names = {"FORCE_RESTART", "POWER_CYCLE"})
  void aRestartOfAServerThatIsOnLeavesItOn(PowerAction action) {
    try (var bmc = dial()) {
      bmc.power(PowerAction.ON);
      bmc.power(action);
      assertThat(bmc.power()).isEqualTo(PowerState.ON);
    }
  }

  @ParameterizedTest
  @EnumSource(value = BootTarget.Device.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBootTargetIsKeptInBothModesOnceAndAlways(BootTarget.Device device) {
    try (var bmc = dial()) {
      for (var mode : BootTarget.Mode.values()) {
        for (var how : Persistence.values()) {
          bmc.bootFrom(new BootTarget(device, mode), how);
          assertThat(bootTarget()).isEqualTo(device + " " + mode + " " + how);
        }
      }
    }
  }

  @Test
  void noTargetMeansTheFirmwaresOwnOrder() {
    try (var bmc = dial()) {
      bmc.bootFrom(new BootTarget(BootTarget.Device.PXE, BootTarget.Mode.EFI), Persistence.ALWAYS);
      bmc.bootFrom(new BootTarget(BootTarget.Device.NONE, BootTarget.Mode.EFI), Persistence.ONCE);
      assertThat(bootTarget()).isEmpty();
    }
  }

  @Test
  void theInventoryNamesTheSystemByItsUuid() {
    try (var bmc = dial()) {
      assertThat(bmc.inventory().systemUuid()).isEqualTo(systemUuid());
    }
  }

  @Test
  void aWrongPasswordIsRefusedAndNotWorthAnotherTry() {
    refused(new BmcCredentials(account().user(), "wrong".toCharArray()));
  }

  @Test
  void anUnknownUserIsRefusedAndNotWorthAnotherTry() {
    refused(new BmcCredentials("nobody", account().password()));
  }

  private void refused(BmcCredentials credentials) {
    assertThatThrownBy(() -> dialer().dial(address(), credentials))
        .isInstanceOfSatisfying(
            BmcException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(BmcException.Kind.REFUSED_CREDENTIALS);
              assertThat(e.kind().passing()).isFalse();
            })
        .hasMessageContaining(address().toString())
        .hasMessageContaining(credentials.user())
        .hasMessageNotContaining(new String(account().password()));
  }

  @Test
  void aWrongPasswordIsRefusedAlsoWhileARightOneHoldsASession() {
    try (var bmc = dial()) {
      refused(new BmcCredentials(account().user(), "wrong".toCharArray()));
      assertThat(bmc.power()).isEqualTo(PowerState.OFF);
    }
  }

  @Test
  void whereNobodyAnswersIsUnreachableAndMayPass() {
    assertThatThrownBy(() -> dialer().dial(nobody(), account()))
        .isInstanceOfSatisfying(
            BmcException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(BmcException.Kind.UNREACHABLE);
              assertThat(e.kind().passing()).isTrue();
            })
        .hasMessageContaining(nobody().toString());
  }

  @Test
  void aFacetThatIsNotThereIsEmpty() {
    try (var bmc = dial()) {
      assertThat(bmc.facet(Runnable.class)).isEmpty();
    }
  }

  @Test
  void twoSessionsOnOneBmcSeeTheSameServer() {
    try (var one = dial();
        var other = dial()) {
      one.power(PowerAction.ON);
      assertThat(other.power()).isEqualTo(PowerState.ON);
    }
  }

  @Test
  void closingTwiceDoesNoHarmToOthers() {
    var one = dial();
    try (var other = dial()) {
      one.close();
      one.close();
      assertThat(other.power()).isEqualTo(PowerState.OFF);
    }
  }
}
