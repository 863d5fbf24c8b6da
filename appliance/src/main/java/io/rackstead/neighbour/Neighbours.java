package io.rackstead.neighbour;

import io.rackstead.network.Topology;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Who was seen in our subnets since this process began: what the sources say, the newest word for
/// each address and adapter. It is kept in memory only, for the world tells it again.
public final class Neighbours {
  private static final int MOST = 20_000;

  private final Supplier<Topology> networks;
  private final List<Supplier<List<Neighbour>>> sources;
  private final InstantSource clock;
  private final Map<Key, Neighbour> seen = new ConcurrentHashMap<>();
  private final Map<Key, Instant> forgotten = new ConcurrentHashMap<>();

  private record Key(InetAddress ip, MacAddress mac) {
    static Key of(Neighbour one) {
      return new Key(one.ip(), one.mac());
    }
  }

  /// @param sources the kernel's table, the leases: asked at each look
  public Neighbours(
      Supplier<Topology> networks, List<Supplier<List<Neighbour>>> sources, InstantSource clock) {
    this.networks = networks;
    this.sources = List.copyOf(sources);
    this.clock = clock;
  }

  /// Asks the sources now.
  public void look() {
    var all = networks.get();
    for (var source : sources) {
      for (var one : source.get()) {
        if (all.containing(one.ip()).isPresent()) {
          heard(one);
        }
      }
    }
  }

  private void heard(Neighbour one) {
    var key = Key.of(one);
    var since = forgotten.get(key);
    if (since != null && !one.seen().isAfter(since)) {
      return; // what was cleared is there again when it is seen again
    }
    if (seen.size() >= MOST && !seen.containsKey(key)) {
      seen.values().stream()
          .min(Comparator.comparing(Neighbour::seen))
          .ifPresent(oldest -> seen.remove(Key.of(oldest)));
    }
    seen.merge(key, one, (before, now) -> now.seen().isAfter(before.seen()) ? now : before);
    forgotten.remove(key);
  }

  /// The last seen first.
  public List<Neighbour> list() {
    return seen.values().stream()
        .sorted(
            Comparator.comparing(Neighbour::seen)
                .reversed()
                .thenComparing(one -> one.ip().getHostAddress())
                .thenComparing(Neighbour::mac))
        .toList();
  }

  /// Forgets those, until they are seen again; answers how many there were.
  public int clear(Predicate<Neighbour> which) {
    var now = clock.instant();
    var gone = seen.values().stream().filter(which).toList();
    if (forgotten.size() > MOST) {
      forgotten.clear();
    }
    gone.forEach(one -> {
      forgotten.put(Key.of(one), now);
      seen.remove(Key.of(one));
    });
    return gone.size();
  }
}
