package io.rackstead.tag;

import io.rackstead.commission.Hardware;
import io.rackstead.machine.Machine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a plain rule may ask of a machine: names with one or several values.
final class Facts {
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
          "bmc",
          "switch",
          "switch_port",
          "hostname",
          "zone",
          "pool",
          "power_type");

  private Facts() {}

  static Map<String, List<String>> of(Machine machine) {
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
    var report = hardware.report();
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
    facts.put("bmc", List.of(Boolean.toString(hardware.bmcPresent())));
    facts.put("switch", report.path("nics").findValuesAsText("system"));
    facts.put("switch_port", report.path("nics").findValuesAsText("port"));
  }
}
