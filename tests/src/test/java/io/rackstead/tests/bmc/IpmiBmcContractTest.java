package io.rackstead.tests.bmc;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.ipmi.CipherSuite;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/// The IPMI client keeps the contract, with each cipher suite, against the simulated BMC.
class IpmiBmcContractTest {
  @Nested
  class WithSuite3 extends Ipmi {
    WithSuite3() {
      super(CipherSuite.SUITE_3);
    }
  }

  @Nested
  class WithSuite17 extends Ipmi {
    WithSuite17() {
      super(CipherSuite.SUITE_17);
    }
  }

  abstract static class Ipmi extends BmcContract {
    private static final Map<String, String> DEVICES =
        Map.of("pxe", "PXE", "disk", "DISK", "cdrom", "CD", "bios", "BIOS_SETUP");

    private final MemoryChassis chassis = new MemoryChassis();
    private final SimulatedBmc simulated = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);
    private final SimulatedBmc silent = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);
    private final IpmiDialer dialer;

    Ipmi(CipherSuite suite) {
      silent.faults.silent = true;
      dialer =
          new IpmiDialer(
              new IpmiSettings(List.of(suite), Duration.ofMillis(100), 4, Duration.ZERO),
              BmcTrace.NONE);
    }

    @AfterEach
    void close() {
      dialer.close();
      simulated.close();
      silent.close();
    }

    @Override
    protected BmcDialer dialer() {
      return dialer;
    }

    @Override
    protected BmcAddress address() {
      return new BmcAddress("ipmi", "127.0.0.1", simulated.port());
    }

    @Override
    protected BmcCredentials account() {
      return new BmcCredentials("admin", "secret".toCharArray());
    }

    @Override
    protected BmcAddress nobody() {
      return new BmcAddress("ipmi", "127.0.0.1", silent.port());
    }

    @Override
    protected String systemUuid() {
      return SimulatedBmcConfig.UUID_OF_SERVER.toString();
    }

    @Override
    protected PowerState lamp() {
      return chassis.isOn() ? PowerState.ON : PowerState.OFF;
    }

    @Override
    protected String bootTarget() {
      var boot = chassis.boot();
      return boot.device().equals("none")
          ? ""
          : "%s %s %s"
              .formatted(
                  DEVICES.get(boot.device()),
                  boot.efi() ? "EFI" : "BIOS",
                  boot.persistent() ? "ALWAYS" : "ONCE");
    }
  }
}
