package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The host of virtual servers that stories make: a Debian 12 with libvirt and QEMU.
record HallHost(Api api, String machine) {
  static final String IMAGE = "custom/kvm-host";

  /// A line of the table for machines that `when` takes.
  static Map<String, String> line(String when) {
    return Map.of(
        "name",
        "hosts",
        "when",
        when,
        "image",
        IMAGE,
        "layout",
        "flat",
        "network",
        "bridges",
        "role",
        "kvm-host",
        "target",
        "vms");
  }

  private static final String PACKAGES =
      "libvirt-daemon-system,libvirt-daemon-driver-qemu,libvirt-clients,qemu-system-x86,qemu-utils,"
          + "ovmf,ipxe-qemu,openssh-server";

  // five times what a quiet machine needs
  private static final Duration BUILD = Duration.ofMinutes(30);
  private static final Duration BOOTED = Duration.ofMinutes(30);
  private static final Duration IN_SERVICE = Duration.ofMinutes(40);

  static void image() {
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

  /// Registered by what libvirt says of itself; a guest on it is composed, switched on by its
  /// commissioning, heard as itself, and deleted.
  void runsAGuest() {
    assertThat(api.awaitInService(machine, IN_SERVICE).path("role").asText()).isEqualTo("kvm-host");
    var host = api.maas("GET", "vm-hosts/").path(0);
    assertThat(host.path("name").asText())
        .isEqualTo(api.machine(machine).path("hostname").asText());
    assertThat(host.at("/total/memory").asInt()).isBetween(1500, 2048);
    assertThat(host.at("/storage_pools/0/path").asText()).isEqualTo("/var/lib/libvirt/images");
    int before = api.maas("GET", "machines/").size();
    var composed =
        api.maas(
            "POST",
            "vm-hosts/" + host.path("id").asText() + "/?op=compose",
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
            asked(guest, "DISCOVER loader") && asked(guest, "/initrd.img")
                ? Optional.of(true)
                : Optional.empty());
    api.maas("POST", "machines/" + guest + "/?op=abort", "comment", "seen");
    api.maas("DELETE", "machines/" + guest + "/");
    assertThat(api.maas("GET", "machines/")).hasSize(before);
  }

  private boolean asked(String id, String what) {
    return StreamSupport.stream(
            api.get("/api/machines/" + id + "/timeline?limit=500").path("entries").spliterator(),
            false)
        .anyMatch(entry -> entry.path("text").asText().contains(what));
  }
}
