package io.rackstead.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.pxe.net.MacAddress;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A hardware report such as the agent sends, of a server that could exist.
public final class DemoReport {
  private static final long GIB = 1L << 30;

  private record Model(
      String maker, String product, String cpu, int sockets, int cores, int modules, int disks) {}

  private static final List<Model> MODELS =
      List.of(
          new Model("Dell Inc.", "PowerEdge R650", "Intel Xeon Gold 6338", 2, 32, 16, 4),
          new Model("HPE", "ProLiant DL360 Gen10", "Intel Xeon Silver 4210", 2, 10, 8, 2),
          new Model("Supermicro", "AS-1114S-WTRT", "AMD EPYC 7443P", 1, 24, 8, 6),
          new Model("Lenovo", "ThinkSystem SR630", "Intel Xeon Gold 5218", 2, 16, 12, 2));

  private DemoReport() {}

  /// The first adapter of the server with a number; the next ones follow it.
  public static MacAddress mac(int number, int nic) {
    return new MacAddress(0x02_de_00_00_00_00L + ((long) number << 3) + nic);
  }

  public static UUID uuid(int number) {
    return new UUID(0x64656d6f_0000_4000L, 0x8000_0000_0000_0000L + number);
  }

  public static String serial(int number) {
    return "DEMO%06d".formatted(number);
  }

  public static ObjectNode of(int number, RandomGenerator random) {
    var model = MODELS.get(random.nextInt(MODELS.size()));
    var report = JsonNodeFactory.instance.objectNode();
    report.put("version", 1);
    report
        .putObject("system")
        .put("uuid", uuid(number).toString())
        .put("manufacturer", model.maker())
        .put("product", model.product())
        .put("version", "")
        .put("serial", serial(number))
        .put("sku", "SKU-" + model.disks())
        .put("family", "Servers");
    report
        .putObject("board")
        .put("manufacturer", model.maker())
        .put("product", "0" + model.modules() + "XJ1")
        .put("version", "A05")
        .put("serial", "." + serial(number) + ".");
    report
        .putObject("chassis")
        .put("manufacturer", model.maker())
        .put("type", "Rack Mount Chassis")
        .put("version", "")
        .put("serial", serial(number));
    report
        .putObject("firmware")
        .put("vendor", model.maker())
        .put("version", "2.%d.1".formatted(random.nextInt(9)))
        .put("date", "03/14/2025")
        .put("boot_mode", "uefi")
        .put("secure_boot", false)
        .put("iommu", "DMAR");
    report.putObject("tpm").put("present", true).put("version", "2.0");
    int cores = model.sockets() * model.cores();
    report
        .putObject("cpu")
        .put("model", model.cpu())
        .put("sockets", model.sockets())
        .put("cores", cores)
        .put("threads", cores * 2)
        .put("mhz", 2000 + 100 * random.nextInt(10))
        .put("architecture", "x86_64")
        .put("flags", "vmx aes avx2");
    memory(report, model);
    disks(report, model, number);
    nics(report, number);
    pci(report);
    report
        .putObject("bmc")
        .put("present", true)
        .put("address", bmcAddress(number))
        .put("firmware", "5.10");
    report.putArray("usb");
    report.putArray("gpus");
    report.putArray("missing_firmware");
    report.put("kernel", "6.1.0-40-amd64");
    return report;
  }

  static String bmcAddress(int number) {
    return "10.%d.%d.%d".formatted(64 + (number >> 16), number >> 8 & 255, number & 255);
  }

  private static void memory(ObjectNode report, Model model) {
    var memory = report.putObject("memory");
    memory.put("total_kib", model.modules() * 16L * 1024 * 1024);
    var modules = memory.putArray("modules");
    for (int i = 0; i < model.modules(); i++) {
      modules
          .addObject()
          .put("locator", "DIMM A" + (i + 1))
          .put("size_mib", 16384)
          .put("type", "DDR4")
          .put("speed", "3200 MT/s")
          .put("manufacturer", "Micron")
          .put("serial", "%08X".formatted(i * 7919))
          .put("part", "18ASF2G72PZ-3G2");
    }
    var nodes = report.putArray("numa");
    for (int i = 0; i < model.sockets(); i++) {
      nodes
          .addObject()
          .put("node", i)
          .put("cpus", i * model.cores() + "-" + ((i + 1) * model.cores() - 1))
          .put("memory_kib", model.modules() * 16L * 1024 * 1024 / model.sockets());
    }
  }

  private static void disks(ObjectNode report, Model model, int number) {
    var disks = report.putArray("disks");
    for (int i = 0; i < model.disks(); i++) {
      var disk = disks.addObject();
      disk.put("name", "nvme" + i + "n1")
          .put("model", "SAMSUNG MZQL2960HCJR")
          .put("serial", "S64F%07d%d".formatted(number, i))
          .put("wwn", "eui.36344630%07d%d0025384300000001".formatted(number, i))
          .put("size_bytes", 960 * GIB)
          .put("block_size", 512)
          .put("rotational", false)
          .put("removable", false)
          .put("transport", "nvme")
          .put("bus_path", "pci-0000:c%d:00.0-nvme-1".formatted(i));
      disk.putArray("holds");
      disk.putArray("partitions");
    }
  }

  private static void nics(ObjectNode report, int number) {
    var nics = report.putArray("nics");
    for (int i = 0; i < 4; i++) {
      nics.addObject()
          .put("name", "eno" + (i + 1))
          .put("mac", mac(number, i).toString())
          .put("driver", "ice")
          .put("speed_mbps", 25_000)
          .put("link", i < 2)
          .put("pci", "0000:31:00." + i)
          .put("vendor", "Intel Corporation")
          .put("product", "Ethernet Controller E810-XXV for SFP")
          .put("firmware", "4.20 0x80017785")
          .putObject("lldp")
          .put("chassis", "leaf-%d".formatted(number / 40))
          .put("port", "Ethernet%d".formatted(number % 40 + 1))
          .put("system", "leaf-%d".formatted(number / 40));
    }
  }

  private static void pci(ObjectNode report) {
    var pci = report.putArray("pci");
    for (int i = 0; i < 24; i++) {
      pci.addObject()
          .put("address", "0000:%02x:00.0".formatted(i))
          .put("class", "0604")
          .put("vendor_id", "8086")
          .put("device_id", "%04x".formatted(0x2030 + i % 4))
          .put("vendor", "Intel Corporation")
          .put("device", "Sky Lake-E PCI Express Root Port");
    }
  }
}
