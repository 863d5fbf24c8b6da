package io.rackstead.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.image.Image;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import io.rackstead.node.Around;
import io.rackstead.yaml.BlockYaml;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the installed system finds of us: cloud-init's NoCloud seed, or Ignition's configuration,
/// and where to report. It is written as data, never pasted together, so that no value can become
/// more than a value.
public final class Seed {
  private static final String FOLDER = "/var/lib/cloud/seed/nocloud/";
  private static final String CONFIG = "/etc/cloud/cloud.cfg.d/90-rackstead.cfg";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// Where Flatcar's Ignition looks on the OEM partition, and Fedora CoreOS's on the boot
  /// partition.
  private static final List<String> IGNITION = List.of("/config.ign", "/ignition/config.ign");

  public static final List<String> PATHS =
      List.of(
          FOLDER + "meta-data",
          FOLDER + "user-data",
          FOLDER + "network-config",
          CONFIG,
          FOLDER + "vendor-data");

  private Seed() {}

  static List<String> paths(Image image) {
    return image.reportsBy() == Image.ReportsBy.IGNITION ? IGNITION : PATHS;
  }

  static String mode(String path) {
    // cloud-init's configuration names the reporting capability: not for every user's eyes
    return "0600";
  }

  public static byte[] content(String path, Machine machine, String reportUrl) {
    return content(path, machine, reportUrl, "");
  }

  /// @param path of those that are planned for the image
  /// @param reportUrl where cloud-init's reporting webhook posts to
  /// @param firstBoot a script that the first start runs besides what the owner wants; empty: none
  public static byte[] content(String path, Machine machine, String reportUrl, String firstBoot) {
    return switch (path.substring(path.lastIndexOf('/') + 1)) {
      case "meta-data" -> BlockYaml.bytes(metaData(machine));
      case "user-data" ->
          userData(machine.deployment().map(Deployment::userData).orElse(""))
              .getBytes(StandardCharsets.UTF_8);
      // a script, not cloud-config: its lists would give way to those of the owner
      case "vendor-data" -> userData(firstBoot).getBytes(StandardCharsets.UTF_8);
      case "network-config" -> BlockYaml.bytes(NetworkConfig.of(machine));
      case "config.ign" ->
          Ignition.of(machine, reportUrl, firstBoot).toString().getBytes(StandardCharsets.UTF_8);
      case "90-rackstead.cfg" -> BlockYaml.bytes(config(machine, reportUrl));
      default -> throw new IllegalArgumentException("no seed file " + path);
    };
  }

  private static ObjectNode metaData(Machine machine) {
    var data = JSON.objectNode();
    // a new epoch is a new instance: cloud-init runs everything once for it
    data.put("instance-id", machine.id() + "-" + machine.epoch());
    data.put("local-hostname", machine.hostname());
    var keys = data.putArray("public-keys");
    machine.deployment().ifPresent(deployment -> deployment.sshKeys().forEach(keys::add));
    return data;
  }

  private static String userData(String given) {
    return given.isEmpty() ? "#cloud-config\n{}\n" : given;
  }

  private static ObjectNode config(Machine machine, String reportUrl) {
    var config = JSON.objectNode();
    config.putArray("datasource_list").add("NoCloud").add("None");
    machine
        .deployment()
        .flatMap(Deployment::around)
        .flatMap(Around::domain)
        .ifPresent(domain -> {
          config.put("fqdn", machine.hostname() + "." + domain);
          // the whole name is known even where no DNS answers
          config.put("manage_etc_hosts", "localhost");
        });
    var time = machine.deployment().flatMap(Deployment::around).map(Around::ntp).orElse(List.of());
    if (!time.isEmpty()) {
      var ntp = config.putObject("ntp");
      ntp.put("enabled", true);
      // an empty list keeps cloud-init from adding the distribution's own
      ntp.putArray("pools");
      var servers = ntp.putArray("servers");
      time.forEach(servers::add);
    }
    config
        .putObject("reporting")
        .putObject("rackstead")
        .put("type", "webhook")
        .put("endpoint", reportUrl)
        .put("timeout", 5)
        .put("retries", 5);
    machine
        .node()
        .storage()
        .swap()
        .filter(bytes -> bytes > 0)
        .ifPresent(
            bytes -> config.putObject("swap").put("filename", "/swap.img").put("size", bytes));
    if (machine.deployment().map(Deployment::rootBytes).orElse(0L) > 0) {
      // the partition has its size already; the filesystem still grows to it
      config.putObject("growpart").put("mode", "off");
    }
    machine
        .deployment()
        .flatMap(Deployment::archives)
        .flatMap(archives -> AptSources.of(archives, machine.arch().debianName()))
        .ifPresent(apt -> config.set("apt", apt));
    return config;
  }
}
