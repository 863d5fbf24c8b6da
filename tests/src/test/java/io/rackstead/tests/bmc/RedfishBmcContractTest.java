package io.rackstead.tests.bmc;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import io.rackstead.tests.redfish.SimulatedRedfish;
import io.rackstead.tests.redfish.SimulatedServer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/// The Redfish client keeps the contract, against services that differ as products do.
class RedfishBmcContractTest {
  @Nested
  class WithSessions extends Redfish {
    WithSessions() {
      super(_ -> {});
    }
  }

  @Nested
  class WithPasswordsOnly extends Redfish {
    WithPasswordsOnly() {
      super(service -> service.behaviour.sessions = false);
    }
  }

  @Nested
  class WithTasksAndTags extends Redfish {
    WithTasksAndTags() {
      super(service -> {
        service.behaviour.tasks = true;
        service.behaviour.etagNeeded = true;
        service.behaviour.weakEtags = true;
        service.behaviour.actionInfo = true;
        service.behaviour.expands = true;
      });
    }
  }

  abstract static class Redfish extends BmcContract {
    private final SimulatedServer server = SimulatedServer.usual();
    private final SimulatedRedfish service = new SimulatedRedfish(server);
    private final RedfishDialer dialer =
        new RedfishDialer(RedfishSettings.DEFAULT, BmcTrust.inMemory(), BmcTrace.NONE);

    Redfish(Consumer<SimulatedRedfish> product) {
      product.accept(service);
    }

    @AfterEach
    void nothingIsLeftBehind() {
      dialer.close();
      org.assertj.core.api.Assertions.assertThat(service.openSessions()).isZero();
      service.close();
    }

    @Override
    protected BmcDialer dialer() {
      return dialer;
    }

    @Override
    protected BmcAddress address() {
      return new BmcAddress("redfish+http", "127.0.0.1", service.port());
    }

    @Override
    protected BmcCredentials account() {
      return new BmcCredentials("admin", "secret".toCharArray());
    }

    @Override
    protected BmcAddress nobody() {
      return new BmcAddress("redfish+http", "127.0.0.1", 1);
    }

    @Override
    protected String systemUuid() {
      return SimulatedServer.UUID;
    }

    @Override
    protected PowerState lamp() {
      return server.on ? PowerState.ON : PowerState.OFF;
    }

    @Override
    protected String bootTarget() {
      return server.boots();
    }
  }
}
