package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher of `appliance/run --lab` by itself, with a stand-in for the appliance.
@Tag("lab")
class LauncherTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Path STAND_IN = Lab.ROOT.resolve("tests/lab/standin/appliance");
  private static final Map<String, String> WITH_STAND_IN =
      Map.of("RACKSTEAD_RUN", STAND_IN.toString());

  @TempDir Path data;

  @Test
  void theServersStayOnWhileAKilledApplianceIsStartedAgain() {
    try (var lab = Lab.launch(data, 2, "test-small", WITH_STAND_IN)) {
      var servers = java.util.List.of(lab.server(1), lab.server(2));
      Api.await("servers that are on", SOON, () -> all(servers.stream().allMatch(Server::isOn)));
      assertThat(lab.server(1).bmcPower()).isEqualTo("Chassis Power is on");

      lab.killAppliance();

      Api.await("new appliance", SOON, () -> all(lab.log().contains("the appliance is back")));
      assertThat(servers).allMatch(Server::isOn);
      assertThat(lab.log().lines().filter(l -> l.startsWith("ready "))).hasSize(1);
    }
  }

  @Test
  void theBmcSwitchesItsServerOffAndOn() {
    try (var lab = Lab.launch(data, 1, "test-small", WITH_STAND_IN)) {
      var server = lab.server(1);
      Api.await("server that is on", SOON, () -> all(server.isOn()));
      server.ipmitool("chassis", "power", "off");
      assertThat(server.isOn()).isFalse();
      server.ipmitool("chassis", "bootdev", "pxe");
      server.ipmitool("chassis", "power", "on");
      Api.await("server that is on", SOON, () -> all(server.isOn()));
    }
  }

  @Test
  void whatAKilledLauncherLeftIsGoneAfterTheNextStart() {
    var left = Lab.launch(data, 1, "test-small", WITH_STAND_IN);
    Api.await("server that is on", SOON, () -> all(left.server(1).isOn()));
    String namespace = left.setting("LAB") + "-net";
    String record = left.setting("RUNDIR");
    left.kill();
    try (var next = Lab.launch(data.resolve("next"), 0, "none", WITH_STAND_IN)) {
      assertThat(next.log()).contains("cleaning up what an earlier lab");
      if (!next.setting("RUNDIR").equals(record)) {
        assertThat(Path.of(record)).doesNotExist();
        assertThat(Command.run(SOON, "ip", "netns", "list").out()).doesNotContain(namespace);
      }
      assertThat(Files.exists(Path.of(record, "vm1.pid"))).isFalse();
    }
  }

  private static Optional<Boolean> all(boolean yes) {
    return yes ? Optional.of(true) : Optional.empty();
  }
}
