package io.rackstead.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.agent.Step.Draft;
import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.image.Image;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The steps for each purpose. Every disk is named by what is written on it, never by where the
/// kernel found it, and each step says what must come out.
public final class Plans {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int HOUR = 3600;
  private static final int LLDP_WAIT_S = 35;
  private static final int LLDP_QUICK_S = 8;

  private Plans() {}

  /// A script of the operator's.
  public record Script(String name, String sha256, int timeoutS) {}

  public static List<Draft> enlist() {
    return List.of(inventory());
  }

  public static List<Draft> commission(
      Machine machine, Effort effort, String bmcUser, List<Script> scripts) {
    var steps = new ArrayList<Draft>();
    steps.add(inventory());
    if (machine.power().bmc().isEmpty()) {
      steps.add(
          new Draft(
              "bmc",
              "make an account on the BMC",
              true,
              120,
              JSON.objectNode().put("user", bmcUser)));
    }
    scripts.forEach(script -> steps.add(script(script)));
    steps.add(neighbours(effort == Effort.QUICK ? LLDP_QUICK_S : LLDP_WAIT_S));
    return steps;
  }

  public static List<Draft> test(Machine machine, Effort effort, List<Script> scripts) {
    long memoryMib = machine.hardware().map(Hardware::memoryMib).orElse(0L);
    var steps = new ArrayList<Draft>();
    for (var builtin : List.of("cpu", "memory", "smart", "disk-read", "network")) {
      var fields = JSON.objectNode().put("builtin", builtin);
      if (!effort.argument(builtin).isEmpty()) {
        fields.putArray("args").add(effort.argument(builtin));
      }
      steps.add(new Draft("script", builtin, true, effort.timeoutS(builtin, memoryMib), fields));
    }
    scripts.forEach(script -> steps.add(script(script)));
    return steps;
  }

  /// @param imageCapability opens the image's bytes
  /// @param reportCapability opens the installed system's way to report
  public static List<Draft> install(
      Machine machine,
      Disk disk,
      String why,
      Image image,
      String imageCapability,
      String reportCapability) {
    var name = image.id().toString();
    return List.of(
        new Draft("identify-disk", "find the disk: " + why, true, 60, on(disk)),
        new Draft(
            "write-image",
            "write " + name + " to " + DiskChoice.word(disk),
            true,
            4 * HOUR,
            on(disk)
                .put("url", "/image/" + imageCapability)
                .put("compression", "zstd")
                .put("compressed_bytes", image.compressed().sizeBytes())
                .put("compressed_sha256", image.compressed().sha256())
                .put("raw_bytes", image.raw().sizeBytes())
                .put("sha256", image.raw().sha256())),
        new Draft(
            "read-back",
            "read " + name + " back and compare",
            true,
            HOUR,
            on(disk).put("raw_bytes", image.raw().sizeBytes()).put("sha256", image.raw().sha256())),
        new Draft(
            "seed", "write the seed", true, 300, seed(machine, disk, image, reportCapability)),
        new Draft(
            "efi-boot-order",
            "set the boot order",
            true,
            60,
            on(disk)
                .put("label", "Rackstead " + name)
                // without a BMC only the network's own turn can bring the machine back to us
                .put("first", machine.power().bmc().isPresent() ? "disk" : "network")),
        new Draft("reboot", "restart from the disk", true, 60, JSON.objectNode()));
  }

  public static List<Draft> erase(Machine machine, List<Disk> disks) {
    var mode = machine.erase().name().toLowerCase(Locale.ROOT);
    return disks.stream()
        .map(disk ->
            new Draft(
                "erase",
                mode + " erase of " + DiskChoice.word(disk),
                true,
                24 * HOUR,
                on(disk).put("mode", mode)))
        .toList();
  }

  public static List<Draft> rescue(List<String> sshKeys) {
    var keys = JSON.arrayNode();
    sshKeys.forEach(keys::add);
    return List.of(
        new Draft(
            "rescue", "open a way in by SSH", true, 120, JSON.objectNode().set("ssh_keys", keys)));
  }

  private static Draft inventory() {
    return new Draft("inventory", "look at the hardware", true, 300, JSON.objectNode());
  }

  /// A switch names itself by LLDP each 30 s, and the agent listens from its start on: what is left
  /// of that time is waited for last, when it is the shortest.
  private static Draft neighbours(int waitSeconds) {
    return new Draft(
        "inventory",
        "look at the hardware again, with its switch ports",
        true,
        300,
        JSON.objectNode().put("lldp_wait_s", waitSeconds));
  }

  private static Draft script(Script script) {
    return new Draft(
        "script",
        script.name(),
        true,
        script.timeoutS(),
        JSON.objectNode()
            .put("url", "/agent/scripts/" + script.name())
            .put("sha256", script.sha256()));
  }

  private static ObjectNode seed(Machine machine, Disk disk, Image image, String reportCapability) {
    var fields = on(disk);
    var root = JSON.objectNode();
    image.root().partition().ifPresent(partition -> root.put("partition", partition));
    root.put("filesystem", image.root().filesystem());
    machine
        .deployment()
        .map(Deployment::rootBytes)
        .filter(bytes -> bytes > 0)
        // what Ignition reads is on a small partition of its own, which stays as it is
        .filter(_ -> image.reportsBy() != Image.ReportsBy.IGNITION)
        .ifPresent(bytes -> root.put("bytes", bytes));
    fields.set("root", root);
    fields.put("report", reportCapability);
    ArrayNode files = JSON.arrayNode();
    for (var path : Seed.paths(image)) {
      files.add(JSON.objectNode().put("path", path).put("mode", Seed.mode(path)));
    }
    fields.set("files", files);
    return fields;
  }

  private static ObjectNode on(Disk disk) {
    var fields = JSON.objectNode();
    fields.set(
        "disk",
        JSON.objectNode()
            .put("name", disk.name())
            .put("serial", disk.serial())
            .put("wwn", disk.wwn())
            .put("model", disk.model())
            .put("size_bytes", disk.sizeBytes()));
    return fields;
  }
}
