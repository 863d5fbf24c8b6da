package io.rackstead.commission;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.commission.Hardware.Nic;
import io.rackstead.http.Problem;
import io.rackstead.machine.Identity;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/// Reads the agent's report. Text in it comes from firmware and is data; lists and lengths are
/// bounded; what cannot be read is left out, and the report is kept as it came.
public final class Reports {
  private static final int PARTS = 512;
  private static final int TEXT = 256;

  private Reports() {}

  public static Hardware hardware(JsonNode report) {
    if (!report.isObject()) {
      throw new Problem(400, "a hardware report is a JSON object");
    }
    var system = report.path("system");
    var cpu = report.path("cpu");
    return new Hardware(
        text(system, "manufacturer"),
        text(system, "product"),
        text(system, "serial"),
        text(report.path("firmware"), "boot_mode"),
        text(cpu, "model"),
        (int) Math.clamp(cpu.path("threads").asLong(), 0, 1 << 16),
        Math.clamp(report.path("memory").path("total_kib").asLong() / 1024, 0, 1L << 40),
        report.path("bmc").path("present").asBoolean(),
        disks(report),
        nics(report),
        false,
        Report.of(report));
  }

  public static Identity identity(JsonNode report) {
    return Identity.of(
        nics(report).stream().map(Nic::mac).toList(),
        text(report.path("system"), "uuid"),
        text(report.path("system"), "serial"));
  }

  private static List<Disk> disks(JsonNode report) {
    var disks = new ArrayList<Disk>();
    for (var disk : parts(report, "disks")) {
      disks.add(
          new Disk(
              text(disk, "name"),
              text(disk, "model"),
              text(disk, "serial"),
              text(disk, "wwn"),
              Math.max(0, disk.path("size_bytes").asLong()),
              disk.path("rotational").asBoolean(),
              disk.path("removable").asBoolean(),
              text(disk, "transport"),
              parts(disk, "holds").stream().map(node -> clean(node.asText())).toList()));
    }
    return disks;
  }

  private static List<Nic> nics(JsonNode report) {
    var nics = new ArrayList<Nic>();
    for (var nic : parts(report, "nics")) {
      var mac = text(nic, "mac");
      if (mac.toLowerCase(Locale.ROOT).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
        nics.add(
            new Nic(
                text(nic, "name"),
                MacAddress.parse(mac),
                text(nic, "driver"),
                (int) Math.clamp(nic.path("speed_mbps").asLong(), 0, 10_000_000),
                nic.path("link").asBoolean()));
      }
    }
    return nics;
  }

  private static List<JsonNode> parts(JsonNode node, String name) {
    return StreamSupport.stream(node.path(name).spliterator(), false).limit(PARTS).toList();
  }

  private static String text(JsonNode node, String name) {
    return clean(node.path(name).asText(""));
  }

  /// Printable, on one line, and not endless.
  static String clean(String text) {
    var printable = text.replaceAll("\\p{Cntrl}", " ").strip();
    return printable.length() > TEXT ? printable.substring(0, TEXT) : printable;
  }
}
