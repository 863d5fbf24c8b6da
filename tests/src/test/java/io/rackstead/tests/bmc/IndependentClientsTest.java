package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// ipmitool and FreeIPMI, which know nothing of us, take the simulated BMC for a BMC.
@Tag("lab")
class IndependentClientsTest {
  private final MemoryChassis chassis = new MemoryChassis();
  private final SimulatedBmc bmc = new SimulatedBmc(SimulatedBmcConfig.usual(), chassis);

  @AfterEach
  void close() {
    bmc.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolControlsTheChassis(int suite) throws Exception {
    assertThat(ipmitool(suite, "secret", "chassis", "power", "status").text())
        .isEqualTo("Chassis Power is off\n");
    ipmitool(suite, "secret", "chassis", "power", "on");
    assertThat(chassis.isOn()).isTrue();
    assertThat(ipmitool(suite, "secret", "chassis", "status").text())
        .containsPattern("System Power +: on");
    ipmitool(suite, "secret", "chassis", "power", "cycle");
    ipmitool(suite, "secret", "chassis", "power", "reset");
    ipmitool(suite, "secret", "chassis", "power", "off");
    assertThat(chassis.actions())
        .containsExactly(
            Chassis.Action.POWER_UP,
            Chassis.Action.POWER_CYCLE,
            Chassis.Action.HARD_RESET,
            Chassis.Action.POWER_DOWN);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolSetsAndReadsTheExactBootFlags(int suite) throws Exception {
    ipmitool(suite, "secret", "chassis", "bootdev", "pxe", "options=persistent,efiboot");
    assertThat(chassis.boot()).isEqualTo(new Chassis.Boot(0xe0, 0x04, 0, 0, 0));
    assertThat(ipmitool(suite, "secret", "chassis", "bootparam", "get", "5").text())
        .contains("Boot Flag Valid")
        .contains("all future boots")
        .contains("BIOS EFI boot")
        .contains("Force PXE");
    ipmitool(suite, "secret", "chassis", "bootdev", "disk");
    assertThat(chassis.boot()).isEqualTo(new Chassis.Boot(0x80, 0x08, 0, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolReadsIdentityAndLanParameters(int suite) throws Exception {
    assertThat(ipmitool(suite, "secret", "mc", "guid").text())
        .contains(SimulatedBmcConfig.UUID_OF_SERVER.toString());
    assertThat(ipmitool(suite, "secret", "mc", "info").text())
        .containsPattern("IPMI Version +: 2.0");
    assertThat(ipmitool(suite, "secret", "lan", "print", "1").text())
        .containsPattern("MAC Address +: 52:54:00:b3:0c:07");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolChangesAPasswordAndLogsInWithIt(int suite) throws Exception {
    assertThat(ipmitool(suite, "secret", "user", "list", "1").text())
        .containsPattern("2 +admin .*ADMINISTRATOR")
        .containsPattern("3 +oper .*OPERATOR");
    assertThat(ipmitool(suite, "secret", "user", "set", "password", "2", "new").status()).isZero();
    assertThat(ipmitool(suite, "secret", "chassis", "status").status()).isNotZero();
    assertThat(ipmitool(suite, "new", "chassis", "status").status()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolIsRefusedWithAWrongPassword(int suite) throws Exception {
    assertThat(ipmitool(suite, "wrong", "chassis", "status").status()).isNotZero();
    assertThat(bmc.openSessions()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 6, 7, 11})
  void ipmitoolIsRefusedWithACipherSuiteThatProtectsTooLittle(int suite) throws Exception {
    assertThat(ipmitool(suite, "secret", "chassis", "status").status()).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void freeIpmiControlsTheChassis(int suite) throws Exception {
    assertThat(freeIpmi("ipmipower", suite, "--stat")).isEqualTo("127.0.0.1: off\n");
    assertThat(freeIpmi("ipmipower", suite, "--on")).isEqualTo("127.0.0.1: ok\n");
    assertThat(freeIpmi("ipmipower", suite, "--stat")).isEqualTo("127.0.0.1: on\n");
    assertThat(freeIpmi("ipmi-chassis", suite, "--get-status"))
        .containsPattern("System Power +: on");
    assertThat(freeIpmi("ipmipower", suite, "--reset")).isEqualTo("127.0.0.1: ok\n");
    assertThat(chassis.actions())
        .containsExactly(Chassis.Action.POWER_UP, Chassis.Action.HARD_RESET);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void freeIpmiReadsTheIdentity(int suite) throws Exception {
    assertThat(freeIpmi("bmc-info", suite)).containsPattern("IPMI Version +: 2.0");
  }

  private Program.Output ipmitool(int suite, String password, String... words)
      throws IOException, InterruptedException {
    var arguments =
        new ArrayList<>(List.of("-I", "lanplus", "-C", Integer.toString(suite), "-H", "127.0.0.1"));
    arguments.addAll(
        List.of("-p", Integer.toString(bmc.port()), "-U", "admin", "-P", password, "-R", "2"));
    arguments.addAll(List.of(words));
    return Program.find("ipmitool").run(arguments);
  }

  private String freeIpmi(String program, int suite, String... words)
      throws IOException, InterruptedException {
    var arguments =
        new ArrayList<>(
            List.of("-D", "LAN_2_0", "-I", Integer.toString(suite), "-l", "ADMIN", "-u", "admin"));
    arguments.addAll(List.of("-p", "secret", "-h", "127.0.0.1:" + bmc.port()));
    arguments.addAll(List.of(words));
    return Program.find(program).run(arguments).text();
  }
}
