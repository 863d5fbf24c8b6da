package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server on a network where nobody speaks DHCP, behind a BMC that speaks Redfish: known by its
/// BMC's word before it ever starts, and started from a disc in the BMC's drive each time.
@Tag("lab")
class VirtualMediaStoryTest {
  private static final Duration COMMISSION = Duration.ofMinutes(10);
  private static final Duration DEPLOY = Duration.ofMinutes(10);
  private static final Duration RELEASE = Duration.ofMinutes(8);
  private static final String ADDRESS = "10.77.0.21";
  private static final int WIPED = 16 << 20;
  private static final Pattern DISC =
      Pattern.compile("http://[^\\s\"]*/disc/[0-9a-f]{32}/[^\\s\"]*");

  @TempDir Path data;

  @Test
  void aServerWithoutDhcpIsTakenInInspectedInstalledAndReleasedByVirtualMedia() {
    assumeTrue(
        Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/qemu/block-curl.so")),
        "QEMU cannot read a disc over HTTP: apt-get install qemu-block-extra");
    try (var lab =
            Lab.start(
                data,
                1,
                "test-small",
                "--firmware",
                "uefi",
                "--disk",
                "1",
                "--no-bmc",
                "1",
                "--no-power-on",
                "--no-dhcp");
        var bmc = RedfishBmc.start(lab, 1)) {
      var api = lab.api();
      try {
        walk(lab, api, bmc);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\n" + lab.server(1).consoleTail() + "\n" + lab.log(), e);
      }
    }
  }

  private static void walk(Lab lab, Api api, RedfishBmc bmc) {
    var server = lab.server(1);
    var said =
        Command.output(
            Duration.ofMinutes(1),
            List.of(
                "curl",
                "-sS",
                "--fail-with-body",
                "-H",
                "Authorization: " + api.authorization(),
                "-d",
                "chassis_type=redfish&username=admin&password=secret",
                "--data-urlencode",
                "hostname=" + bmc.address(),
                "http://127.0.0.1:" + api.port() + "/MAAS/api/2.0/machines/?op=add_chassis"));
    assertThat(said).startsWith("1 machine added");
    String id = api.awaitMachine(Lab.mac(1), Duration.ofMinutes(1)).path("id").asText();
    assertThat(server.isOn()).as("it was taken in without a start").isFalse();
    api.maas(
        "PUT",
        "machines/" + id + "/",
        "power_parameters_boot_method",
        "virtual-media",
        "power_parameters_boot_address",
        ADDRESS + "/24");

    api.act(id, "commission", Map.of());
    var ready = api.awaitState(id, "Ready", COMMISSION);
    assertThat(ready.path("boot_mode").asText()).isEqualTo("uefi");
    assertThat(ready.path("serial").asText()).isEqualTo("RACK-LAB-01");
    assertThat(ready.at("/hardware/disks/0/serial").asText()).isEqualTo("RACKDISK01");
    assertThat(api.timeline(id)).contains("the disc of this start is being read");
    server.awaitOff(RELEASE);
    assertThat(cd(lab)).as("what is in the drive").isEmpty();

    api.act(id, "deploy", Map.of("image", "test-small"));
    api.awaitState(id, "Deployed", DEPLOY);
    assertThat(server.isOn()).isTrue();
    assertThat(server.console()).contains("test-small: up as");
    assertThat(cd(lab)).as("what is in the drive").isEmpty();
    assertThat(server.bytes(510, 2)).containsExactly(0x55, 0xaa);

    api.act(id, "release", Map.of("erase", "quick"));
    api.awaitState(id, "Ready", RELEASE);
    server.awaitOff(RELEASE);
    assertThat(server.bytes(0, WIPED)).containsOnly(0);
    discsThatWereGivenOutAreGone(lab);
  }

  /// Each start had a disc of its own, and none of them can be read any more.
  private static void discsThatWereGivenOutAreGone(Lab lab) {
    var discs =
        DISC.matcher(Lab.text(lab.data().resolve("redfish-1.log")))
            .results()
            .map(match -> match.group())
            .distinct()
            .toList();
    assertThat(discs).hasSizeGreaterThanOrEqualTo(3);
    for (var disc : discs) {
      var asked =
          lab.inServerNamespace(
              Duration.ofMinutes(1),
              List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", disc));
      assertThat(asked.out()).as(disc).isEqualTo("404");
    }
  }

  private static String cd(Lab lab) {
    return Lab.text(Path.of(lab.setting("VMDIR"), "vm1.cd"));
  }
}
