package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.net.MacAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Whose loader has just asked us by DHCP, and which boards have. Bounded, and forgetful.
public final class LoadersSeen {
  private static final Duration REMEMBERED = Duration.ofSeconds(30);
  private static final int MOST = 4096;

  private final Map<MacAddress, Instant> seen = new ConcurrentHashMap<>();
  private final Map<MacAddress, ClientArch> boards =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<MacAddress, ClientArch> eldest) {
              return size() > MOST;
            }
          });
  private final InstantSource clock;

  public LoadersSeen(InstantSource clock) {
    this.clock = clock;
  }

  void note(MacAddress mac) {
    var now = clock.instant();
    if (seen.size() >= MOST) {
      seen.values().removeIf(at -> at.plus(REMEMBERED).isBefore(now));
    }
    if (seen.size() < MOST) {
      seen.put(mac, now);
    }
  }

  /// True within half a minute of its question.
  public boolean recently(MacAddress mac) {
    var at = seen.get(mac);
    return at != null && at.plus(REMEMBERED).isAfter(clock.instant());
  }

  void noteFirmware(MacAddress mac, ClientArch arch) {
    switch (arch.firmware()) {
      case U_BOOT, OPAL, RASPBERRY_PI -> boards.put(mac, arch);
      case BIOS, UEFI -> boards.remove(mac);
      case NONE_OF_THESE -> {}
    }
  }

  /// What an adapter's board last said that it is.
  public Optional<ClientArch> board(MacAddress mac) {
    return Optional.ofNullable(boards.get(mac));
  }
}
