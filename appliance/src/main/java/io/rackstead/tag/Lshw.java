package io.rackstead.tag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rackstead.machine.Machine;

/// The hardware report in the shape in which `lshw -xml` writes it, so that definitions written for
/// MAAS find what they look for: system, core, firmware, CPU, memory, PCI devices, disks, networks.
public final class Lshw {
  private Lshw() {}

  public static Node of(Machine machine) {
    var report =
        machine.hardware().map(h -> h.report().tree()).orElseGet(() -> MissingNode.getInstance());
    var document = Node.document();
    var list = document.element("list");
    var system = node(list, machine.hostname(), "system");
    described(system, "Computer", report.path("system"));
    system.leaf("width", "64");
    var settings = system.element("configuration");
    setting(settings, "boot", "normal");
    setting(settings, "chassis", text(report.path("chassis"), "type"));
    setting(settings, "family", text(report.path("system"), "family"));
    setting(settings, "sku", text(report.path("system"), "sku"));
    setting(settings, "uuid", text(report.path("system"), "uuid"));
    var core = node(system, "core", "bus");
    described(core, "Motherboard", report.path("board"));
    firmware(core, report.path("firmware"));
    cpu(core, machine, report.path("cpu"));
    memory(core, report.path("memory"));
    var bridge = node(core, "pci", "bridge");
    bridge.leaf("description", "Host bridge");
    pci(bridge, report.path("pci"));
    disks(core, report.path("disks"));
    networks(core, report.path("nics"));
    return document;
  }

  private static Node node(Node parent, String id, String kind) {
    return parent.element("node").attribute("id", id).attribute("class", kind);
  }

  private static void described(Node node, String words, JsonNode part) {
    node.leaf("description", words)
        .leaf("product", text(part, "product"))
        .leaf("vendor", text(part, "manufacturer"))
        .leaf("version", text(part, "version"))
        .leaf("serial", text(part, "serial"));
  }

  private static void firmware(Node core, JsonNode firmware) {
    var node = node(core, "firmware", "memory");
    node.leaf("description", "BIOS")
        .leaf("vendor", text(firmware, "vendor"))
        .leaf("version", text(firmware, "version"))
        .leaf("date", text(firmware, "date"));
    if (text(firmware, "boot_mode").equals("uefi")) {
      node.element("capabilities").element("capability").attribute("id", "uefi");
    }
  }

  private static void cpu(Node core, Machine machine, JsonNode cpu) {
    int sockets = Math.clamp(cpu.path("sockets").asInt(1), 1, 64);
    int cores = cpu.path("cores").asInt(machine.hardware().map(h -> h.cpuCount()).orElse(0));
    for (int i = 0; i < sockets; i++) {
      var node = node(core, sockets == 1 ? "cpu" : "cpu:" + i, "processor");
      node.leaf("description", "CPU")
          .leaf("product", text(cpu, "model"))
          .leaf("vendor", vendor(text(cpu, "model")))
          .leaf("slot", "CPU " + i);
      if (cpu.path("mhz").asLong() > 0) {
        node.leaf("clock", Long.toString(cpu.path("mhz").asLong() * 1_000_000));
      }
      node.leaf("width", "64");
      var settings = node.element("configuration");
      setting(settings, "cores", Integer.toString(cores / sockets));
      setting(
          settings,
          "threads",
          Integer.toString(machine.hardware().map(h -> h.cpuCount()).orElse(0) / sockets));
      var capabilities = node.element("capabilities");
      for (var flag : text(cpu, "flags").split("\\s+", 300)) {
        if (!flag.isEmpty()) {
          capabilities.element("capability").attribute("id", flag);
        }
      }
    }
  }

  private static String vendor(String model) {
    if (model.contains("Intel")) {
      return "Intel Corp.";
    }
    return model.contains("AMD") ? "Advanced Micro Devices [AMD]" : "";
  }

  private static void memory(Node core, JsonNode memory) {
    var node = node(core, "memory", "memory");
    node.leaf("description", "System Memory");
    size(node, "size", memory.path("total_kib").asLong() * 1024);
    int bank = 0;
    for (var module : memory.path("modules")) {
      var slot = node(node, "bank:" + bank++, "memory");
      slot.leaf("description", text(module, "type"))
          .leaf("product", text(module, "part"))
          .leaf("vendor", text(module, "manufacturer"))
          .leaf("serial", text(module, "serial"))
          .leaf("slot", text(module, "locator"));
      size(slot, "size", module.path("size_mib").asLong() << 20);
    }
  }

  private static void pci(Node bridge, JsonNode devices) {
    for (var device : devices) {
      var kind = text(device, "class");
      var id =
          switch (kind.substring(0, Math.min(2, kind.length()))) {
            case "01" -> "storage";
            case "02" -> "network";
            case "03" -> "display";
            case "04" -> "multimedia";
            case "06" -> "bridge";
            case "0c" -> "bus";
            default -> "generic";
          };
      node(bridge, id, id)
          .attribute("handle", "PCI:" + text(device, "address"))
          .leaf("product", text(device, "device"))
          .leaf("vendor", text(device, "vendor"))
          .leaf("businfo", "pci@" + text(device, "address"));
    }
  }

  private static void disks(Node core, JsonNode disks) {
    int number = 0;
    for (var disk : disks) {
      var node = node(core, "disk:" + number++, "disk");
      node.leaf("description", text(disk, "transport").toUpperCase(java.util.Locale.ROOT) + " Disk")
          .leaf("product", text(disk, "model"))
          .leaf("logicalname", "/dev/" + text(disk, "name"))
          .leaf("serial", text(disk, "serial"));
      size(node, "size", disk.path("size_bytes").asLong());
      setting(
          node.element("configuration"),
          "rotational",
          disk.path("rotational").asBoolean() ? "1" : "0");
    }
  }

  private static void networks(Node core, JsonNode nics) {
    int number = 0;
    for (var nic : nics) {
      var node = node(core, "network:" + number++, "network");
      node.leaf("description", "Ethernet interface")
          .leaf("product", text(nic, "product"))
          .leaf("vendor", text(nic, "vendor"))
          .leaf("businfo", text(nic, "pci").isEmpty() ? "" : "pci@" + text(nic, "pci"))
          .leaf("logicalname", text(nic, "name"))
          .leaf("serial", text(nic, "mac"));
      if (nic.path("speed_mbps").asLong() > 0) {
        node.leaf("capacity", Long.toString(nic.path("speed_mbps").asLong() * 1_000_000));
      }
      var settings = node.element("configuration");
      setting(settings, "driver", text(nic, "driver"));
      setting(settings, "firmware", text(nic, "firmware"));
      setting(settings, "link", nic.path("link").asBoolean() ? "yes" : "no");
    }
  }

  private static void size(Node node, String name, long bytes) {
    if (bytes > 0) {
      node.leaf(name, Long.toString(bytes));
      node.children().getLast().attribute("units", "bytes");
    }
  }

  private static void setting(Node settings, String id, String value) {
    if (!value.isEmpty()) {
      settings.element("setting").attribute("id", id).attribute("value", value);
    }
  }

  private static String text(JsonNode node, String name) {
    var text = node.path(name).asText("").replaceAll("\\p{Cntrl}", " ").strip();
    return text.substring(0, Math.min(4000, text.length()));
  }
}
