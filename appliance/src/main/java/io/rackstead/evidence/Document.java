package io.rackstead.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.agent.Purpose;
import io.rackstead.agent.Sha256;
import io.rackstead.commission.Hardware;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.pxe.net.MacAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// What is signed: facts as they are on record, and no secret among them. Pure.
final class Document {
  private Document() {}

  /// @param handover who has it and by what word; empty when it was asked for by hand
  static ObjectNode of(
      Machine machine, List<Work> work, ObjectNode handover, Instant at, String version) {
    var out = Json.instance().createObjectNode();
    out.put("version", 1);
    out.put("made_at", at.toString());
    out.put("made_by", "Rackstead " + version);
    out.set("machine", machine(machine));
    machine
        .hardware()
        .ifPresent(hardware -> {
          var report = hardware.report().tree();
          out.set("inventory", inventory(hardware));
          out.set("firmware", firmware(report));
          out.put(
              "report_sha256",
              Sha256.hex(hardware.report().text().getBytes(StandardCharsets.UTF_8)));
        });
    var tests = out.putObject("tests");
    tests.set("commissioning", Work.latest(work, Purpose.COMMISSION));
    tests.set("testing", Work.latest(work, Purpose.TEST));
    out.set("erasure", Work.latest(work, Purpose.ERASE));
    machine
        .deployment()
        .ifPresent(deployment -> {
          var installation = out.putObject("installation");
          installation.put("image", deployment.image().toString());
          installation.put("image_sha256", deployment.sha256());
          installation.put(
              "user_data_sha256",
              Sha256.hex(deployment.userData().getBytes(StandardCharsets.UTF_8)));
          installation.set("steps", Work.latest(work, Purpose.INSTALL));
        });
    out.set("hand_over", handover);
    return out;
  }

  private static ObjectNode machine(Machine machine) {
    var out = Json.instance().createObjectNode();
    out.put("id", machine.id().text());
    out.put("hostname", machine.hostname());
    out.put("state", machine.state().title());
    out.put("epoch", machine.epoch());
    out.put("serial", machine.identity().serial());
    out.put("uuid", machine.identity().uuid().map(Object::toString).orElse(""));
    machine.identity().macs().stream().map(MacAddress::toString).forEach(out.putArray("macs")::add);
    out.put("architecture", machine.arch().debianName());
    out.put("zone", machine.labels().zone());
    out.put("pool", machine.labels().pool());
    out.put("owner", machine.labels().owner());
    machine.labels().tags().forEach(out.putArray("tags")::add);
    return out;
  }

  private static ObjectNode inventory(Hardware hardware) {
    var out = Json.instance().createObjectNode();
    out.put("vendor", hardware.vendor());
    out.put("product", hardware.product());
    out.put("serial", hardware.serial());
    out.put("boot_mode", hardware.bootMode());
    out.put("cpu", hardware.cpuModel());
    out.put("cpu_count", hardware.cpuCount());
    out.put("memory_mib", hardware.memoryMib());
    var disks = out.putArray("disks");
    for (var disk : hardware.disks()) {
      disks
          .addObject()
          .put("name", disk.name())
          .put("model", disk.model())
          .put("serial", disk.serial())
          .put("wwn", disk.wwn())
          .put("size_bytes", disk.sizeBytes())
          .put("rotational", disk.rotational())
          .put("removable", disk.removable())
          .put("transport", disk.transport());
    }
    var nics = out.putArray("nics");
    for (var nic : hardware.nics()) {
      nics.addObject()
          .put("name", nic.name())
          .put("mac", nic.mac().toString())
          .put("driver", nic.driver())
          .put("speed_mbps", nic.speedMbps());
    }
    return out;
  }

  /// What the report says of firmware: the mainboard's, the BMC's, of adapters and disks.
  private static ObjectNode firmware(JsonNode report) {
    var out = Json.instance().createObjectNode();
    if (report.path("firmware").isObject()) {
      out.set("mainboard", report.path("firmware"));
    }
    out.put("bmc", report.path("bmc").path("firmware").asText(""));
    if (report.path("tpm").isObject()) {
      out.set("tpm", report.path("tpm"));
    }
    for (var kind : List.of("nics", "disks")) {
      var list = out.putArray(kind);
      for (var one : report.path(kind)) {
        if (one.path("firmware").isTextual()) {
          list.addObject()
              .put("name", one.path("name").asText())
              .put("firmware", one.path("firmware").asText());
        }
      }
    }
    return out;
  }
}
