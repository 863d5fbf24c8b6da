package io.rackstead.handover;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.commission.KubeVirt;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Machine;
import io.rackstead.pxe.net.MacAddress;
import java.util.List;

/// A machine as the layer above is told of it; a public document with a version.
final class Described {
  private Described() {}

  static ObjectNode of(Machine machine, String role, List<String> addresses) {
    var out = Json.instance().createObjectNode();
    out.put("version", 1);
    out.put("id", machine.id().text());
    out.put("hostname", machine.hostname());
    out.put("role", role);
    out.put("address", addresses.stream().findFirst().orElse(""));
    addresses.forEach(out.putArray("addresses")::add);
    machine.identity().macs().stream().map(MacAddress::toString).forEach(out.putArray("macs")::add);
    out.put("uuid", machine.identity().uuid().map(Object::toString).orElse(""));
    out.put("serial", machine.identity().serial());
    out.put(
        "mac", machine.identity().macs().stream().findFirst().map(MacAddress::toString).orElse(""));
    out.put("arch", machine.arch().debianName());
    out.put("cpu_arch", machine.arch() == Architecture.ARM64 ? "aarch64" : "x86_64");
    out.put("zone", machine.labels().zone());
    out.put("pool", machine.labels().pool());
    out.put("owner", machine.labels().owner());
    machine.labels().tags().forEach(out.putArray("tags")::add);
    var deployment = machine.deployment();
    out.put("image", deployment.map(d -> d.image().toString()).orElse(""));
    out.put("image_sha256", deployment.map(d -> d.sha256()).orElse(""));
    machine
        .hardware()
        .ifPresent(hardware -> {
          out.put("vendor", hardware.vendor());
          out.put("product", hardware.product());
          out.put("cpu_count", hardware.cpuCount());
          out.put("memory_mib", hardware.memoryMib());
          out.put("storage_bytes", hardware.storageBytes());
          out.put("storage_gib", hardware.storageBytes() >> 30);
          out.put("boot_mode", hardware.bootMode());
          out.putObject("labels")
              .put(KubeVirt.LABEL, Boolean.toString(KubeVirt.of(hardware).ready()));
        });
    return out;
  }
}
