package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bare virtual server and a line of the table: it ends as a host of virtual servers, and one
/// that is composed on it boots from us. Emulation within emulation: the guest is a firmware that
/// asks for its way, which is what is to be seen.
@Tag("slow")
class KvmHostStoryTest {
  private static final String IMAGE = "custom/kvm-host";
  private static final String PACKAGES =
      "libvirt-daemon-system,libvirt-daemon-driver-qemu,libvirt-clients,qemu-system-x86,qemu-utils,"
          + "ovmf,ipxe-qemu,openssh-server";

  // five times what a quiet machine needs
  private static final Duration BUILD = Duration.ofMinutes(30);
  private static final Duration DEPLOYED = Duration.ofMinutes(50);
  private static final Duration IN_SERVICE = Duration.ofMinutes(40);
  private static final Duration BOOTED = Duration.ofMinutes(30);
  private static final Duration RELEASED = Duration.ofMinutes(15);

  @TempDir Path data;

  @BeforeEach
  void theImage() {
    Images.with("ephemeral");
    Command.output(
        BUILD,
        List.of(
            Lab.ROOT.resolve("appliance/run").toString(),
            "images",
            "build",
            "debian-12",
            "--name",
            "kvm-host",
            "--include",
            PACKAGES,
            "--data",
            Images.FOLDER.toString()));
  }

  @Test
  void aBareServerBecomesAHostWhoseGuestBootsFromUs() {
    try (var lab =
        Lab.launch(data.resolve("lab"), 1, IMAGE, Map.of(), "--memory", "2048", "--no-power-on")) {
      try {
        walk(lab, lab.api());
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            e.getMessage() + "\n" + lab.log() + "\n" + lab.server(1).consoleTail(), e);
      }
    }
  }

  private static void walk(Lab lab, Api api) {
    api.put("/api/targets/hall", Map.of("broker", "libvirt", "config", Map.of()));
    api.put(
        "/api/policies",
        Map.of(
            "version",
            0,
            "policies",
            List.of(
                Map.of(
                    "name", "hosts",
                    "when", "cpu_count >= 1",
                    "image", IMAGE,
                    "layout", "flat",
                    "network", "bridges",
                    "role", "kvm-host",
                    "target", "hall"))));

    // no further hand from here on
    lab.server(1).vm("start");
    String id = api.awaitMachine(Lab.mac(1), DEPLOYED).path("id").asText();
    api.awaitState(id, "Deployed", DEPLOYED);
    assertThat(inService(api, id).path("role").asText()).isEqualTo("kvm-host");

    var host = api.maas("GET", "vm-hosts/").path(0);
    assertThat(host.path("name").asText()).isEqualTo(api.machine(id).path("hostname").asText());
    assertThat(host.at("/total/memory").asInt()).isBetween(1500, 2048);
    assertThat(host.at("/storage_pools/0/path").asText()).isEqualTo("/var/lib/libvirt/images");
    guestBootsFromUs(api, host.path("id").asText());

    api.act(id, "release", Map.of("erase", "quick"));
    api.awaitState(id, "Ready", RELEASED);
    assertThat(api.maas("GET", "vm-hosts/")).isEmpty();
    lab.server(1).awaitOff(RELEASED);
    assertThat(lab.server(1).partitions()).isEmpty();
  }

  /// Composed, switched on by its commissioning, heard as itself, and deleted.
  private static void guestBootsFromUs(Api api, String number) {
    var composed =
        api.maas(
            "POST",
            "vm-hosts/" + number + "/?op=compose",
            "cores",
            "1",
            "memory",
            "256",
            "storage",
            "1",
            "hostname",
            "guest-one");
    var guest = composed.path("system_id").asText();
    // it is commissioned as it comes
    Api.await(
        "guest that has fetched its way",
        BOOTED,
        () ->
            asked(api, guest, "DISCOVER loader") && asked(api, guest, "/initrd.img")
                ? Optional.of(true)
                : Optional.empty());
    api.maas("POST", "machines/" + guest + "/?op=abort", "comment", "seen");
    api.maas("DELETE", "machines/" + guest + "/");
    assertThat(api.maas("GET", "machines/")).hasSize(1);
  }

  private static boolean asked(Api api, String id, String what) {
    return StreamSupport.stream(
            api.get("/api/machines/" + id + "/timeline?limit=500").path("entries").spliterator(),
            false)
        .anyMatch(entry -> entry.path("text").asText().contains(what));
  }

  private static JsonNode inService(Api api, String id) {
    return Api.await(
        "host that is in service",
        IN_SERVICE,
        () -> {
          var handover = api.get("/api/machines/" + id + "/hand-over");
          if (handover.path("state").asText().equals("failed")) {
            throw new AssertionError(handover + "\n" + api.timeline(id));
          }
          return handover.path("state").asText().equals("in service")
              ? Optional.of(handover)
              : Optional.empty();
        });
  }
}
