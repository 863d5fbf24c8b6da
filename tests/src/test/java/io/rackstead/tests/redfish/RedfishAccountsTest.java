package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import io.rackstead.tests.redfish.SimulatedRedfish.SimulatedAccount;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our own account on a BMC: made, given another password, used, removed.
class RedfishAccountsTest {
  private final SimulatedRedfish service = new SimulatedRedfish(SimulatedServer.usual());
  private final RedfishDialer dialer =
      new RedfishDialer(RedfishSettings.DEFAULT, BmcTrust.inMemory(), BmcTrace.NONE);

  @AfterEach
  void close() {
    dialer.close();
    service.close();
  }

  private Bmc dial(String user, String password) {
    return dialer.dial(
        new BmcAddress("redfish+http", "127.0.0.1", service.port()),
        new BmcCredentials(user, password.toCharArray()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAccountIsMadeRotatedAndRemovedWithPlacesAndWithout(boolean places) {
    service.behaviour.accountPlaces = places;
    service.behaviour.expands = places;
    for (int place = 3; places && place <= 5; place++) {
      service.accounts.put("" + place, new SimulatedAccount("", "", "None"));
    }
    try (var admin = dial("admin", "secret")) {
      var accounts = admin.facet(Accounts.class).orElseThrow();
      accounts.put(new BmcCredentials("rackstead", "first-word".toCharArray()));
      accounts.put(new BmcCredentials("rackstead", "second-word".toCharArray()));
      assertThat(accounts.list())
          .extracting(Accounts.Account::name, Accounts.Account::privilege)
          .contains(
              org.assertj.core.groups.Tuple.tuple("admin", "Administrator"),
              org.assertj.core.groups.Tuple.tuple("rackstead", "Administrator"))
          .hasSize(3);
      assertThatThrownBy(() -> dial("rackstead", "first-word")).isInstanceOf(BmcException.class);
      try (var own = dial("rackstead", "second-word")) {
        own.power();
      }
      assertThatThrownBy(() -> accounts.put(new BmcCredentials("rackstead", "four".toCharArray())))
          .hasMessageContaining("5 to 20 characters")
          .hasMessageNotContaining("four");
      accounts.remove("rackstead");
      accounts.remove("rackstead");
      assertThat(accounts.list()).extracting(Accounts.Account::name).doesNotContain("rackstead");
    }
  }
}
