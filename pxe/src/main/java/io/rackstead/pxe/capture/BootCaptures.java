package io.rackstead.pxe.capture;

import io.rackstead.pxe.capture.Pcap.Datagram;
import io.rackstead.pxe.net.MacAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The last boot of each machine as it was asked and answered: so many packets of so many machines,
/// in memory, the longest unheard of forgotten first. Safe for use by several threads.
public final class BootCaptures {
  private static final int MOST_MACHINES = 4_096;
  private static final int MOST_PACKETS = 32;
  // firmware, loader and system follow one another faster than this; a new start does not
  private static final Duration NEW_BOOT_AFTER = Duration.ofSeconds(90);

  private final Map<MacAddress, List<Datagram>> boots =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<MacAddress, List<Datagram>> eldest) {
          return size() > MOST_MACHINES;
        }
      };

  /// @param begins firmware asks for the first time in a boot, perhaps
  public synchronized void add(MacAddress mac, Datagram one, boolean begins) {
    var boot = boots.computeIfAbsent(mac, _ -> new ArrayList<>());
    boolean anew =
        begins && !boot.isEmpty() && boot.getLast().at().plus(NEW_BOOT_AFTER).isBefore(one.at());
    if (anew) {
      boot.clear();
    }
    if (boot.size() < MOST_PACKETS) {
      boot.add(one);
    }
  }

  /// As a file; empty for one that did not boot since our start.
  public synchronized Optional<byte[]> pcap(MacAddress mac) {
    var boot = boots.get(mac);
    return boot == null ? Optional.empty() : Optional.of(Pcap.write(boot));
  }
}
