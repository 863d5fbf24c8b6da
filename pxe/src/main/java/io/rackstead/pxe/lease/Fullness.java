package io.rackstead.pxe.lease;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Leases.Usage;
import io.rackstead.pxe.net.Subnet;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Whether the last addresses of a network are reached, those that strangers do not get: one in
/// sixteen, where there are enough for that to be one at all. Counting is dear in a large table, so
/// it is done now and then, and what was handed out since is added.
final class Fullness {
  private static final Duration GOOD_FOR = Duration.ofSeconds(5);
  private static final int WORTH_KEEPING = 32;
  private static final int PART = 16;

  private final Map<Subnet, Counted> counted = new HashMap<>();
  private long handedOut;

  private record Counted(Served network, Usage usage, Instant at, long handedOut) {}

  /// An address went to somebody who had none.
  void taken() {
    handedOut++;
  }

  boolean keptBack(LeaseTable table, Served network, Instant now) {
    var last = counted.get(network.subnet());
    if (last == null
        || !last.network().ranges().equals(network.ranges())
        || !now.isBefore(last.at().plus(GOOD_FOR))
        || now.isBefore(last.at())) {
      last = new Counted(network, table.usage(network, now), now, handedOut);
      counted.put(network.subnet(), last);
    }
    long size = last.usage().size();
    long used = last.usage().used() + handedOut - last.handedOut();
    if (size >= WORTH_KEEPING && used >= size - size / PART && used > last.usage().used()) {
      // others' addresses were added too, so it is counted exactly before anybody is refused
      var exact = table.usage(network, now);
      counted.put(network.subnet(), new Counted(network, exact, now, handedOut));
      used = exact.used();
    }
    return size >= WORTH_KEEPING && used >= size - size / PART;
  }
}
