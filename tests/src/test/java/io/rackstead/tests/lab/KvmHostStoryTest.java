package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bare virtual server and a line of the table: it ends as a host of virtual servers, and one
/// that is composed on it boots from us. Emulation within emulation: the guest is a firmware that
/// asks for its way, which is what is to be seen.
@Tag("slow")
class KvmHostStoryTest {
  // five times what a quiet machine needs
  private static final Duration DEPLOYED = Duration.ofMinutes(50);
  private static final Duration RELEASED = Duration.ofMinutes(15);

  @TempDir Path data;

  @BeforeEach
  void theImage() {
    HallHost.image();
  }

  @Test
  void aBareServerBecomesAHostWhoseGuestBootsFromUs() {
    try (var lab =
        Lab.launch(
            data.resolve("lab"),
            1,
            HallHost.IMAGE,
            Map.of(),
            "--memory",
            "2048",
            "--no-power-on")) {
      try {
        walk(lab, lab.api());
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\n" + lab.log() + "\n" + lab.server(1).consoleTail(), e);
      }
    }
  }

  private static void walk(Lab lab, Api api) {
    api.put("/api/targets/vms", Map.of("broker", "libvirt", "config", Map.of()));
    api.put(
        "/api/policies",
        Map.of("version", 0, "policies", List.of(HallHost.line("cpu_count >= 1"))));

    // no further hand from here on
    lab.server(1).vm("start");
    String id = api.awaitMachine(Lab.mac(1), DEPLOYED).path("id").asText();
    api.awaitState(id, "Deployed", DEPLOYED);
    new HallHost(api, id).runsAGuest();

    api.act(id, "release", Map.of("erase", "quick"));
    api.awaitState(id, "Ready", RELEASED);
    assertThat(api.maas("GET", "vm-hosts/")).isEmpty();
    lab.server(1).awaitOff(RELEASED);
    assertThat(lab.server(1).partitions()).isEmpty();
  }
}
