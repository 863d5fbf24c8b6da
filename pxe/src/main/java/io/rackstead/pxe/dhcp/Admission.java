package io.rackstead.pxe.dhcp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Who asks so much that others would go without. Limits are for one client, for one switch port
/// and for one wire or relay; the last two hold strangers alone, so that a flood of made-up
/// addresses does not reach the machines on record. All of it is bounded and forgotten with time.
final class Admission {
  private static final int MOST_REMEMBERED = 65_536;
  // a client asks some four times in each of its three stages, and a loader in a loop once a second
  private static final Rate CLIENT = new Rate(60, 10);
  // what hangs on a port of a switch in a rack is a server, at times with virtual ones inside
  private static final Rate PORT = new Rate(64, 64.0 / 3600);
  // a hall of 10,000 new servers that are switched on together asks within a minute
  private static final Rate WIRE = new Rate(5_000, 200);

  private final LongSupplier nanos;
  private final Map<Object, Bucket> buckets = new Remembered();
  private boolean off;

  private record Rate(double burst, double perSecond) {}

  private record Port(Object wire, String port) {}

  private static final class Bucket {
    private double left;
    private long at;
    private boolean refusing;

    Bucket(double left, long at) {
      this.left = left;
      this.at = at;
    }
  }

  private static final class Remembered extends LinkedHashMap<Object, Bucket> {
    Remembered() {
      super(1024, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Object, Bucket> eldest) {
      return size() > MOST_REMEMBERED;
    }
  }

  Admission(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Lets everybody in.
  static Admission open() {
    var admission = new Admission(() -> 0);
    admission.off = true;
    return admission;
  }

  /// @param first true for the first refusal in a row: the others are not worth a line each
  record Refusal(String why, boolean first) {}

  /// Whether this client may ask at all just now.
  synchronized Optional<Refusal> client(DhcpMessage asked) {
    return off ? Optional.empty() : take(asked.chaddr(), CLIENT, "the client asks too often");
  }

  /// Whether a stranger without an address may have one.
  synchronized Optional<Refusal> stranger(DhcpMessage asked, Arrival arrival) {
    if (off) {
      return Optional.empty();
    }
    Object wire = asked.relayed() ? asked.giaddr() : arrival.networkInterface();
    var port = RelayInfo.of(asked).port();
    var byPort =
        port.isEmpty()
            ? Optional.<Refusal>empty()
            : take(new Port(wire, port), PORT, "too many strangers on one switch port");
    return byPort.isPresent()
        ? byPort
        : take(wire, WIRE, "too many strangers at once on one network");
  }

  private Optional<Refusal> take(Object who, Rate rate, String why) {
    long now = nanos.getAsLong();
    var bucket = buckets.computeIfAbsent(who, _ -> new Bucket(rate.burst(), now));
    bucket.left =
        Math.min(rate.burst(), bucket.left + Math.max(0, now - bucket.at) / 1e9 * rate.perSecond());
    bucket.at = now;
    if (bucket.left >= 1) {
      bucket.left -= 1;
      bucket.refusing = false;
      return Optional.empty();
    }
    boolean first = !bucket.refusing;
    bucket.refusing = true;
    return Optional.of(new Refusal(why, first));
  }
}
