package io.rackstead.tag;

import io.rackstead.commission.Hardware;
import io.rackstead.commission.KubeVirt;
import io.rackstead.machine.Machine;
import io.rackstead.policy.Fact;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a plain rule may ask of a machine: names with one or several values.
public final class Facts {
  static final Set<String> NAMES =
      Set.of(
          "arch",
          "boot_mode",
          "vendor",
          "product",
          "serial",
          "cpu_model",
          "cpu_count",
          "cpu_mhz",
          "memory_mib",
          "storage_gb",
          "disks",
          "disk_model",
          "disk_gb",
          "disk_bus",
          "ssds",
          "nics",
          "nic_speed",
          "nic_driver",
          "nic_vendor",
          "gpus",
          "gpu",
          "pci",
          "tpm",
          "kubevirt",
          "bmc",
          "switch",
          "switch_port",
          "hostname",
          "zone",
          "pool",
          "power_type");

  /// Policies may ask for what tags say, too; a tag's own definition may not, or two could mean
  /// each other. `rack` is what follows `rack-` in a tag, `model` the product.
  public static final Set<String> POLICY_NAMES =
      Stream.concat(NAMES.stream(), Stream.of("tag", "rack", "model"))
          .collect(Collectors.toUnmodifiableSet());

  private static final String RACK = "rack-";

  private Facts() {}

  public static Map<String, List<Fact>> forPolicies(Machine machine) {
    var facts = texts(machine);
    var tags = machine.labels().tags();
    facts.put("tag", tags);
    facts.put(
        "rack",
        tags.stream()
            .filter(tag -> tag.startsWith(RACK))
            .map(tag -> tag.substring(RACK.length()))
            .toList());
    facts.put("model", facts.getOrDefault("product", List.of()));
    return Fact.all(facts);
  }

  static Map<String, List<Fact>> of(Machine machine) {
    return Fact.all(texts(machine));
  }

  private static Map<String, List<String>> texts(Machine machine) {
    var facts = new LinkedHashMap<String, List<String>>();
    facts.put("arch", List.of(machine.arch().debianName()));
    facts.put("hostname", List.of(machine.hostname()));
    facts.put("zone", List.of(machine.labels().zone()));
    facts.put("pool", List.of(machine.labels().pool()));
    facts.put("power_type", List.of(machine.power().type()));
    machine.hardware().ifPresent(hardware -> add(facts, hardware));
    return facts;
  }

  private static void add(Map<String, List<String>> facts, Hardware hardware) {
    var report = hardware.report().tree();
    var disks = hardware.disks().stream().filter(disk -> !disk.removable()).toList();
    facts.put("boot_mode", List.of(hardware.bootMode()));
    facts.put("vendor", List.of(hardware.vendor()));
    facts.put("product", List.of(hardware.product()));
    facts.put("serial", List.of(hardware.serial()));
    facts.put("cpu_model", List.of(hardware.cpuModel()));
    facts.put("cpu_count", List.of(Integer.toString(hardware.cpuCount())));
    facts.put("cpu_mhz", List.of(report.path("cpu").path("mhz").asText("0")));
    facts.put("memory_mib", List.of(Long.toString(hardware.memoryMib())));
    facts.put("storage_gb", List.of(Double.toString(hardware.storageBytes() / 1e9)));
    facts.put("disks", List.of(Integer.toString(disks.size())));
    facts.put("disk_model", disks.stream().map(Hardware.Disk::model).toList());
    facts.put("disk_gb", disks.stream().map(d -> Double.toString(d.sizeBytes() / 1e9)).toList());
    facts.put("disk_bus", disks.stream().map(Hardware.Disk::transport).toList());
    facts.put("ssds", List.of(Long.toString(disks.stream().filter(d -> !d.rotational()).count())));
    facts.put("nics", List.of(Integer.toString(hardware.nics().size())));
    facts.put(
        "nic_speed", hardware.nics().stream().map(n -> Integer.toString(n.speedMbps())).toList());
    facts.put("nic_driver", hardware.nics().stream().map(Hardware.Nic::driver).toList());
    facts.put("nic_vendor", report.path("nics").findValuesAsText("vendor"));
    facts.put("gpus", List.of(Integer.toString(report.path("gpus").size())));
    facts.put("gpu", report.path("gpus").findValuesAsText("device"));
    facts.put(
        "pci",
        Optional.of(report.path("pci")).stream()
            .flatMap(pci -> java.util.stream.StreamSupport.stream(pci.spliterator(), false))
            .map(d -> d.path("vendor_id").asText() + ":" + d.path("device_id").asText())
            .toList());
    facts.put("tpm", List.of(report.path("tpm").path("present").asText("false")));
    facts.put("kubevirt", List.of(Boolean.toString(KubeVirt.of(report).ready())));
    facts.put("bmc", List.of(Boolean.toString(hardware.bmcPresent())));
    facts.put("switch", report.path("nics").findValuesAsText("system"));
    facts.put("switch_port", report.path("nics").findValuesAsText("port"));
  }
}
