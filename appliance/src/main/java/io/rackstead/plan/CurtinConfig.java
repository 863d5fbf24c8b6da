package io.rackstead.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// What our agent does to a machine, said in the words of curtin's configuration, for clients that
/// read it. Curtin itself is never run.
public final class CurtinConfig {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String HEAD =
      """
      # Curtin is not run on this machine: the appliance's own agent writes the image onto the disk
      # whole, reads it back, and puts cloud-init's seed into it. This is the same in curtin's words.
      """;

  private CurtinConfig() {}

  public static byte[] of(Machine machine) {
    var config = JSON.objectNode();
    machine
        .deployment()
        .ifPresent(deployment -> {
          config
              .putObject("sources")
              .putObject("image")
              .put("type", "dd-raw")
              .put("uri", deployment.image().toString())
              .put("sha256", deployment.sha256());
          disk(machine, deployment).ifPresent(disk -> config.set("storage", storage(disk)));
        });
    config.set("network", NetworkConfig.of(machine));
    var text = HEAD + new String(BlockYaml.bytes(config), StandardCharsets.UTF_8);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The one that was asked for; the agent chooses where nobody said.
  private static Optional<Disk> disk(Machine machine, Deployment deployment) {
    return machine.hardware().map(Hardware::disks).orElse(List.of()).stream()
        .filter(disk -> !deployment.disk().isEmpty())
        .filter(
            disk -> disk.serial().equals(deployment.disk()) || disk.wwn().equals(deployment.disk()))
        .findFirst();
  }

  private static ObjectNode storage(Disk disk) {
    var storage = JSON.objectNode().put("version", 1);
    storage
        .putArray("config")
        .addObject()
        .put("id", disk.name())
        .put("type", "disk")
        .put("serial", disk.serial())
        .put("wwn", disk.wwn())
        .put("preserve", false);
    return storage;
  }
}
