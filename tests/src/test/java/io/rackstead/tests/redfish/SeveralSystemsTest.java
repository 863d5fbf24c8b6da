package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A chassis with three blades behind one service, which lists them one a page.
class SeveralSystemsTest {
  private static final String SECOND = "4c4c4544-0042-3510-8056-b9c04f4e5802";

  private final SimulatedServer one =
      new SimulatedServer("Blade1", "4c4c4544-0042-3510-8056-b9c04f4e5801", "S1");
  private final SimulatedServer two = new SimulatedServer("Blade2", SECOND, "S2");
  private final SimulatedServer three =
      new SimulatedServer("Blade3", "4c4c4544-0042-3510-8056-b9c04f4e5803", "S3");
  private final SimulatedRedfish service = new SimulatedRedfish(one, two, three);
  private final RedfishDialer dialer =
      new RedfishDialer(RedfishSettings.DEFAULT, BmcTrust.inMemory(), BmcTrace.NONE);

  SeveralSystemsTest() {
    service.behaviour.pageSize = 1;
  }

  @AfterEach
  void close() {
    dialer.close();
    service.close();
  }

  private Bmc dial(String system) {
    return dialer.dial(
        new BmcAddress("redfish+http", "127.0.0.1", service.port(), system),
        new BmcCredentials("admin", "secret".toCharArray()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Blade2",
        SECOND,
        "4C4C4544-0042-3510-8056-B9C04F4E5802",
        "redfish/v1/Systems/Blade2"
      })
  void theOneThatIsMeantIsFoundByIdUuidOrPathAndNoOtherIsTouched(String name) {
    try (var bmc = dial(name)) {
      bmc.power(PowerAction.ON);
      assertThat(bmc.identity().serial()).isEqualTo("S2");
    }
    assertThat(two.on).isTrue();
    assertThat(one.on || three.on).isFalse();
  }

  @Test
  void withoutAChoiceNothingIsDoneAndTheChoicesAreSaid() {
    assertThatThrownBy(() -> dial(""))
        .isInstanceOf(BmcException.class)
        .hasMessageContaining("node_id is one of [Blade1, Blade2, Blade3]");
    assertThatThrownBy(() -> dial("Blade9"))
        .isInstanceOf(BmcException.class)
        .hasMessageContaining("no system Blade9")
        .hasMessageContaining("[Blade1, Blade2, Blade3]");
  }

  @Test
  void aChassisSaysWhichSystemsItHasAndEachIsDialledByThat() {
    var place = new BmcAddress("redfish+http", "127.0.0.1", service.port());
    var systems = dialer.systems(place, new BmcCredentials("admin", "secret".toCharArray()));
    assertThat(systems).hasSize(3);
    try (var bmc = dial(systems.get(2))) {
      assertThat(bmc.identity().serial()).isEqualTo("S3");
    }
  }

  @Test
  void theBladesShareOneSession() {
    try (var first = dial("Blade1");
        var second = dial("Blade2")) {
      assertThat(first.identity().serial()).isEqualTo("S1");
      assertThat(second.identity().serial()).isEqualTo("S2");
      assertThat(service.openSessions()).isEqualTo(1);
    }
  }
}
