package io.rackstead.machine;

import io.rackstead.agent.Progresses.Progress;
import io.rackstead.pxe.net.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A machine as our own API shows it in lists and live.
public final class Summary {
  private Summary() {}

  public static Map<String, Object> of(
      Machine machine, Optional<Progress> progress, List<String> addresses) {
    var shown = new LinkedHashMap<String, Object>();
    var standing = machine.standing();
    shown.put("id", machine.id().text());
    shown.put("hostname", machine.hostname());
    shown.put("state", machine.state().title());
    shown.put("state_code", machine.state().code());
    shown.put("since", standing.since());
    shown.put("deadline", standing.deadline());
    shown.put("progress", progress);
    shown.put("power", machine.power().state().name().toLowerCase(Locale.ROOT));
    shown.put("power_type", machine.power().type());
    shown.put("locked", machine.locked());
    shown.put("quarantine", machine.quarantine());
    shown.put("message", standing.message());
    shown.put("prompt", Optional.of(machine.power().prompt()).filter(prompt -> !prompt.isEmpty()));
    shown.put("owner", machine.labels().owner());
    shown.put("macs", machine.identity().macs().stream().map(MacAddress::toString).toList());
    shown.put("arch", machine.arch().debianName());
    var hardware = machine.hardware();
    shown.put("cpu_count", hardware.map(h -> h.cpuCount()).orElse(0));
    shown.put("memory_mib", hardware.map(h -> h.memoryMib()).orElse(0L));
    shown.put("storage_bytes", hardware.map(h -> h.storageBytes()).orElse(0L));
    shown.put("vendor", hardware.map(h -> h.vendor()).orElse(""));
    shown.put("product", hardware.map(h -> h.product()).orElse(""));
    shown.put("serial", machine.identity().serial());
    shown.put("disks_given", hardware.map(h -> h.given()).orElse(false));
    shown.put("boot_mode", hardware.map(h -> h.bootMode()).orElse(""));
    shown.put("image", machine.deployment().map(d -> d.image().toString()));
    shown.put("addresses", addresses);
    shown.put("actions", Actions.of(machine));
    return shown;
  }
}
