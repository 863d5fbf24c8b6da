package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Tally;
import io.rackstead.pxe.Tally.Dropped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Questions that wait because more come than are answered. Machines on record go first, with every
/// eighth turn for a stranger; within either, relays, wires and switch ports take turns, so that a
/// rack in a storm does not stop another. A question that waited for longer than its client does is
/// let fall: the client has asked anew meanwhile, and an answer to the old one costs a new one's
/// time. Used by one thread.
final class Backlog {
  private static final int MOST = 16_384;
  private static final int MOST_OF_ONE_PLACE = 4_096;
  private static final int TURN_OF_STRANGERS = 8;
  // RFC 2131 §4.1: clients ask again after four seconds, give or take one; iPXE begins with one
  private static final long PATIENCE_NANOS = 3_000_000_000L;
  private static final long LOADERS_PATIENCE_NANOS = 1_000_000_000L;

  private final LongSupplier nanos;
  private final Tally tally;
  private final Tier known = new Tier();
  private final Tier strangers = new Tier();
  private int turn;

  /// @param since when it was read, by a clock that nobody sets
  record Waiting(DhcpMessage asked, Arrival arrival, long since) {
    private long patience() {
      return asked.fromLoader() ? LOADERS_PATIENCE_NANOS : PATIENCE_NANOS;
    }

    private String service() {
      return arrival.proxyPort() ? "proxydhcp" : "dhcp";
    }
  }

  /// Where a question comes from, as far as fairness goes.
  private record Place(Object wire, String port) {
    static Place of(DhcpMessage asked, Arrival arrival) {
      return asked.relayed()
          ? new Place(asked.giaddr(), RelayInfo.of(asked).port())
          : new Place(arrival.networkInterface(), "");
    }
  }

  /// Places in turn, each with its questions in their order.
  private static final class Tier {
    private final Map<Place, Deque<Waiting>> places = new LinkedHashMap<>();
    private int size;

    boolean add(Place place, Waiting one) {
      var queue = places.computeIfAbsent(place, _ -> new ArrayDeque<>());
      if (queue.size() >= MOST_OF_ONE_PLACE) {
        return false;
      }
      queue.add(one);
      size++;
      return true;
    }

    Optional<Waiting> next() {
      var first = places.entrySet().stream().findFirst();
      if (first.isEmpty()) {
        return Optional.empty();
      }
      var place = first.get().getKey();
      var queue = first.get().getValue();
      var one = queue.removeFirst();
      size--;
      places.remove(place);
      if (!queue.isEmpty()) {
        places.put(place, queue); // behind the others
      }
      return Optional.of(one);
    }
  }

  /// @param nanos counts on as [System#nanoTime] does
  Backlog(LongSupplier nanos, Tally tally) {
    this.nanos = nanos;
    this.tally = tally;
  }

  /// @param isKnown a machine on record, or one that prolongs what it has
  void add(DhcpMessage asked, Arrival arrival, boolean isKnown) {
    var one = new Waiting(asked, arrival, nanos.getAsLong());
    boolean taken =
        size() < MOST && (isKnown ? known : strangers).add(Place.of(asked, arrival), one);
    if (!taken) {
      tally.dropped(one.service(), Dropped.OVERFLOW);
    }
  }

  int size() {
    return known.size + strangers.size;
  }

  /// The next one that is still worth an answer.
  Optional<Waiting> next() {
    long now = nanos.getAsLong();
    for (var one = take(); one.isPresent(); one = take()) {
      if (now - one.get().since() <= one.get().patience()) {
        return one;
      }
      tally.dropped(one.get().service(), Dropped.STALE);
    }
    return Optional.empty();
  }

  private Optional<Waiting> take() {
    boolean strangersFirst = ++turn % TURN_OF_STRANGERS == 0;
    return strangersFirst ? strangers.next().or(known::next) : known.next().or(strangers::next);
  }
}
