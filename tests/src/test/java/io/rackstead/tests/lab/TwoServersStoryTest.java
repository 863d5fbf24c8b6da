package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The spine, with a small image: two servers that the appliance has never seen, one with BIOS and
/// one with UEFI firmware, and what their disks and BMCs say of it.
@Tag("lab")
class TwoServersStoryTest {
  // five times what a quiet machine needs
  private static final Duration BOOT = Duration.ofMinutes(4);
  private static final Duration COMMISSION = Duration.ofMinutes(8);
  private static final Duration DEPLOY = Duration.ofMinutes(8);
  private static final Duration RELEASE = Duration.ofMinutes(6);
  private static final int WIPED = 16 << 20;

  @TempDir Path data;

  /// The second has an NVMe disk, which is told to erase itself.
  @Test
  void aBiosAndAUefiServerAreFoundInspectedInstalledAndReleased() {
    try (var lab = Lab.start(data, 2, "test-small", "--disk", "1", "--disk-type", "virtio,nvme")) {
      var api = lab.api();
      try {
        for (int number : List.of(1, 2)) {
          walk(lab, api, number);
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(e.getMessage() + "\n" + lab.log(), e);
      }
    }
  }

  private static void walk(Lab lab, Api api, int number) {
    var server = lab.server(number);
    String id = api.awaitMachine(Lab.mac(number), BOOT).path("id").asText();
    var ready = api.awaitState(id, "Ready", BOOT.plus(COMMISSION));
    assertThat(ready.path("boot_mode").asText()).isEqualTo(number == 1 ? "bios" : "uefi");
    assertThat(ready.path("serial").asText()).isEqualTo("RACK-LAB-0" + number);
    assertThat(ready.path("power_type").asText()).isEqualTo("ipmi");
    assertThat(ready.at("/hardware/nics/0/lldp/system").asText()).isEqualTo("lab-switch");
    assertThat(ready.at("/hardware/nics/0/lldp/port").asText()).isEqualTo("swp" + number);
    assertThat(ready.at("/hardware/disks/0/serial").asText()).isEqualTo("RACKDISK0" + number);
    server.awaitOff(RELEASE);
    server.awaitBmcPower("off");

    api.act(id, "deploy", Map.of("image", "test-small"));
    api.awaitState(id, "Deployed", DEPLOY);
    server.awaitBmcPower("on");
    assertThat(server.partitions())
        .as("a root, a BIOS boot and an EFI system partition")
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(server.bytes(510, 2)).containsExactly(0x55, 0xaa);

    api.act(id, "release", Map.of("erase", number == 1 ? "quick" : "secure"));
    api.awaitState(id, "Ready", RELEASE);
    server.awaitOff(RELEASE);
    assertThat(server.bytes(0, WIPED)).containsOnly(0);
    assertThat(server.bytes(server.diskSize() - WIPED, WIPED)).containsOnly(0);
  }
}
