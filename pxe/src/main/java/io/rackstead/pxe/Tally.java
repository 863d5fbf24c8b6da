package io.rackstead.pxe;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How many questions the boot services answered, and how many they let fall for which reason,
/// since the start. Any thread counts.
public final class Tally {
  private final Map<String, LongAdder> answered = new ConcurrentHashMap<>();
  private final Map<String, Map<Dropped, LongAdder>> dropped = new ConcurrentHashMap<>();

  /// Why a question had no answer.
  public enum Dropped {
    MALFORMED,
    /// the same datagram once more
    DUPLICATE,
    /// it waited longer than its client does
    STALE,
    /// too many wait already
    OVERFLOW,
    /// a server's message, or no message of a client at all
    NOT_A_REQUEST,
    /// what no client in its right mind sends: a relay loop, no adapter's address
    IMPOSSIBLE,
    /// one client, switch port or wire asks more than its share
    TOO_OFTEN,
    /// no network that we serve
    NO_NETWORK,
    /// the client wants another server, or another one is in charge
    OTHER_SERVER,
    NO_FREE_ADDRESS,
    NOTHING_TO_BOOT,
    /// it asks for the address of a lease that we do not know
    NOT_ON_RECORD,
    /// the answer does not fit into what the client takes
    NO_ROOM,
    /// the lease log or the disk under it cannot be used
    NOT_DURABLE;

    /// As metrics have it.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public void answered(String service) {
    answered.computeIfAbsent(service, _ -> new LongAdder()).increment();
  }

  public void dropped(String service, Dropped why) {
    reasons(service).getOrDefault(why, new LongAdder()).increment();
  }

  private Map<Dropped, LongAdder> reasons(String service) {
    return dropped.computeIfAbsent(
        service,
        _ -> {
          // all at once, so that counting needs no lock and a reason that never was reads 0
          var all = new EnumMap<Dropped, LongAdder>(Dropped.class);
          for (var reason : Dropped.values()) {
            all.put(reason, new LongAdder());
          }
          return all;
        });
  }

  /// By service.
  public Map<String, Long> answered() {
    var now = new TreeMap<String, Long>();
    answered.forEach((service, count) -> now.put(service, count.sum()));
    return now;
  }

  /// By service and reason; a service that has dropped something has all reasons.
  public Map<String, Map<Dropped, Long>> dropped() {
    var now = new TreeMap<String, Map<Dropped, Long>>();
    dropped.forEach((service, reasons) -> {
      var counts = new EnumMap<Dropped, Long>(Dropped.class);
      reasons.forEach((reason, count) -> counts.put(reason, count.sum()));
      now.put(service, counts);
    });
    return now;
  }
}
