package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// ipmitool and FreeIPMI, which know nothing of us, find a serial console in the simulated BMC.
@Tag("lab")
class ConsoleClientsTest {
  private final SimulatedBmc bmc =
      new SimulatedBmc(SimulatedBmcConfig.usual(), new MemoryChassis());

  @AfterEach
  void close() {
    bmc.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void ipmitoolShowsWhatTheServerWritesAndTypes(int suite) throws Exception {
    var command = Program.find("ipmitool").path() + " " + String.join(" ", ipmitool(suite));
    try (var person = new Typist(command + " sol activate")) {
      person.sees().waitFor("SOL Session operational");
      bmc.serial.says("login: ");
      person.sees().waitFor("login: ");
      person.type("root\r");
      person.sees().waitFor("[ROOT]");
      person.type("~B");
      person.type("x\r");
      person.sees().waitFor("[X]");
      person.type("~.");
      assertThat(person.status()).isZero();
    }
    assertThat(bmc.serial.breaks()).isEqualTo(1);
    assertThat(bmc.serial.typed()).isEqualTo("root\rx\r");
    assertThat(bmc.consoleActive()).isFalse();
  }

  @Test
  void ipmitoolReadsAndSetsHowTheConsoleGathersAndRepeats() throws Exception {
    var tool = Program.find("ipmitool");
    var set = new ArrayList<>(ipmitool(17));
    set.addAll(List.of("sol", "set", "character-accumulate-level", "10", "1"));
    assertThat(tool.run(set).status()).isZero();
    var info = new ArrayList<>(ipmitool(17));
    info.addAll(List.of("sol", "info", "1"));
    assertThat(tool.run(info).text())
        .containsPattern("Enabled +: true")
        .containsPattern("Force Encryption +: true")
        .containsPattern("Character Accumulate Level .*: 50")
        .containsPattern("Retry Count +: 5")
        .containsPattern("Payload Port +: " + bmc.port());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 17})
  void freeIpmiShowsWhatTheServerWritesAndTypes(int suite) throws Exception {
    // FreeIPMI's console knows no other port than 623
    assumeThat(System.getProperty("user.name")).isEqualTo("root");
    var address = new InetSocketAddress("127.9.17.3", 623);
    var command =
        "%s -h 127.9.17.3 -u admin -p secret -l ADMIN -I %d"
            .formatted(Program.find("ipmiconsole").path(), suite);
    try (var there = new SimulatedBmc(SimulatedBmcConfig.usual().at(address), new MemoryChassis());
        var person = new Typist(command)) {
      person.sees().waitFor("SOL established");
      there.serial.says("login: ");
      person.sees().waitFor("login: ");
      person.type("root\r");
      person.sees().waitFor("[ROOT]");
      person.type("&.");
      person.sees().waitFor("closing the connection");
      assertThat(person.status()).isZero();
      assertThat(there.serial.typed()).isEqualTo("root\r");
      assertThat(there.consoleActive()).isFalse();
    }
  }

  private List<String> ipmitool(int suite) {
    var words = "-I lanplus -C %d -H 127.0.0.1 -p %d -U admin -P secret";
    return List.of(words.formatted(suite, bmc.port()).split(" ", -1));
  }
}
