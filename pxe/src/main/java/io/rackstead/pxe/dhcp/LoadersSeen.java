package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.MacAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Whose loader has just asked us by DHCP. Bounded, and forgetful.
public final class LoadersSeen {
  private static final Duration REMEMBERED = Duration.ofSeconds(30);
  private static final int MOST = 4096;

  private final Map<MacAddress, Instant> seen = new ConcurrentHashMap<>();
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
}
