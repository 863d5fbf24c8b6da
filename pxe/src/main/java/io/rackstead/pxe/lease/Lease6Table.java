package io.rackstead.pxe.lease;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.lease.Lease.Kind;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The IPv6 leases in memory, and the choice of an address. Knows no disk and no clock.
final class Lease6Table {
  // a range that is as full as this has no room in practice; a search has to end
  private static final int MOST_LOOKS = 65_536;

  private final Map<Inet6Address, Lease6> byAddress = new HashMap<>();
  private final Map<Client6, List<Lease6>> byClient = new HashMap<>();

  void put(Lease6 lease) {
    remove(lease.address());
    byAddress.put(lease.address(), lease);
    byClient.computeIfAbsent(lease.client(), _ -> new ArrayList<>(1)).add(lease);
  }

  void remove(Inet6Address address) {
    var old = byAddress.remove(address);
    if (old != null) {
      var others = byClient.getOrDefault(old.client(), new ArrayList<>());
      others.remove(old);
      if (others.isEmpty()) {
        byClient.remove(old.client());
      }
    }
  }

  Optional<Lease6> at(Inet6Address address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  Optional<Lease6> of(Client6 client, Served6 network) {
    return byClient.getOrDefault(client, List.of()).stream()
        .filter(lease -> lease.kind() == Kind.BOUND || lease.kind() == Kind.RELEASED)
        .filter(lease -> network.subnet().contains(lease.address()))
        .max(Comparator.comparing(Lease6::kind).reversed().thenComparing(Lease6::since));
  }

  long declinedBy(Client6 client, Instant now) {
    return byClient.getOrDefault(client, List.of()).stream()
        .filter(lease -> lease.kind() == Kind.QUARANTINED && lease.activeAt(now))
        .count();
  }

  Collection<Lease6> all() {
    return Collections.unmodifiableCollection(byAddress.values());
  }

  int size() {
    return byAddress.size();
  }

  Optional<Inet6Address> choose(
      Client6 client, Served6 network, Optional<Inet6Address> wanted, Instant now) {
    var reserved = client.mac().map(network.reservations()::get);
    if (reserved.filter(address -> freeFor(client, address, now)).isPresent()) {
      return reserved;
    }
    var had =
        of(client, network)
            .map(Lease6::address)
            .filter(address -> usable(client, network, address, now));
    if (had.isPresent()) {
      return had;
    }
    var asked = wanted.filter(address -> usable(client, network, address, now));
    return asked.isPresent() ? asked : search(client, network, now);
  }

  /// Begins at a place that follows from who the client is, so that a machine whose lease was
  /// forgotten gets the same address again, and neighbours in a rack get no neighbouring ones.
  private Optional<Inet6Address> search(Client6 client, Served6 network, Instant now) {
    var expired = Optional.<Lease6>empty();
    for (var range : network.ranges()) {
      var size = range.size();
      var looks = size.min(BigInteger.valueOf(MOST_LOOKS)).intValue();
      var from = BigInteger.valueOf(mixed(client)).mod(size);
      for (int i = 0; i < looks; i++) {
        var address = range.at(from.add(BigInteger.valueOf(i)).mod(size));
        if (usable(client, network, address, now)) {
          var before = at(address);
          if (before.isEmpty()) {
            return Optional.of(address);
          }
          if (expired.isEmpty() || before.get().until().isBefore(expired.get().until())) {
            expired = before;
          }
        }
      }
    }
    return expired.map(Lease6::address);
  }

  private static long mixed(Client6 client) {
    long z = (client.high() ^ client.low()) * 0x9e3779b97f4a7c15L; // SplitMix64
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    return z >>> 1;
  }

  boolean usable(Client6 client, Served6 network, Inet6Address address, Instant now) {
    return network.subnet().contains(address)
        && !address.equals(network.serverAddress())
        // the subnet's own anycast address is its routers' (RFC 4291 §2.6.1)
        && !address.equals(network.subnet().network())
        && !network.reservations().containsValue(address)
        && network.ranges().stream().anyMatch(range -> range.contains(address))
        && freeFor(client, address, now);
  }

  private boolean freeFor(Client6 client, Inet6Address address, Instant now) {
    var lease = byAddress.get(address);
    return lease == null
        || !lease.activeAt(now)
        || (lease.client().equals(client) && lease.kind() == Kind.BOUND);
  }
}
