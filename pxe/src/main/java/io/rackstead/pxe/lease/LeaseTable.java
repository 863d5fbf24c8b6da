package io.rackstead.pxe.lease;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.lease.Leases.Usage;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// The leases in memory, and the choice of an address. Knows no disk and no clock.
final class LeaseTable {
  private static final MacAddress NOBODY = new MacAddress(0);
  private static final Comparator<Lease> LONGEST_UNUSED =
      Comparator.comparing(Lease::until).thenComparing(lease -> Subnet.bits(lease.address()));

  private final Map<Inet4Address, Lease> byAddress = new HashMap<>();
  private final Map<MacAddress, List<Lease>> byMac = new HashMap<>();
  private final Map<MacAddress, List<Lease>> declined = new HashMap<>();
  private final Map<MacAddress, List<Lease>> squatters = new HashMap<>();
  private final TreeSet<Lease> byEnd = new TreeSet<>(LONGEST_UNUSED);
  private final Map<Subnet, Pool> pools = new HashMap<>();

  void put(Lease lease) {
    remove(lease.address());
    byAddress.put(lease.address(), lease);
    byEnd.add(lease);
    of(lease.kind()).computeIfAbsent(lease.mac(), _ -> new ArrayList<>(1)).add(lease);
  }

  /// A quarantined address belongs to nobody, so its finder must not get it back; an occupied one
  /// to somebody who was not given it.
  private Map<MacAddress, List<Lease>> of(Kind kind) {
    return switch (kind) {
      case BOUND, OFFERED, RELEASED -> byMac;
      case QUARANTINED -> declined;
      case OCCUPIED -> squatters;
    };
  }

  void remove(Inet4Address address) {
    var old = byAddress.remove(address);
    if (old == null) {
      return;
    }
    byEnd.remove(old);
    var of = of(old.kind());
    var others = of.get(old.mac());
    if (others != null) {
      others.remove(old);
      if (others.isEmpty()) {
        of.remove(old.mac());
      }
    }
  }

  Optional<Lease> at(Inet4Address address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  List<Lease> of(MacAddress mac) {
    return List.copyOf(byMac.getOrDefault(mac, List.of()));
  }

  /// The one in use, and the newest of those, where an edit of the network left a client with two.
  Optional<Lease> of(MacAddress mac, Served network) {
    return byMac.getOrDefault(mac, List.of()).stream()
        .filter(lease -> network.subnet().contains(lease.address()))
        .max(Comparator.comparing(Lease::kind).reversed().thenComparing(Lease::since));
  }

  Collection<Lease> all() {
    return Collections.unmodifiableCollection(byAddress.values());
  }

  int size() {
    return byAddress.size();
  }

  /// The best address for this client: its reservation, the one it had, the one it asks for, one
  /// that nobody ever had, the one that was unused for longest.
  Optional<Inet4Address> choose(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, Instant now) {
    var pool = pool(network);
    var reserved = network.reservations().get(mac);
    if (reserved != null && freeFor(mac, reserved, now)) {
      return Optional.of(reserved);
    }
    var had = of(mac, network).map(Lease::address);
    if (had.isPresent() && usable(mac, had.get(), pool, now)) {
      return had;
    }
    if (wanted.isPresent() && usable(mac, wanted.get(), pool, now)) {
      return wanted;
    }
    return pool.fresh(byAddress).or(() -> longestUnused(mac, pool, now));
  }

  /// Addresses of the ranges that somebody has or was promised, and how many there are.
  Usage usage(Served network, Instant now) {
    var pool = pool(network);
    long used =
        byEnd.tailSet(new Lease(NOBODY, Subnet.address(0), Kind.BOUND, now, now), true).stream()
            .filter(lease -> lease.activeAt(now) && pool.offers(lease.address()))
            .count();
    return new Usage(used, pool.size());
  }

  /// Addresses that this client found in use by somebody else and that are still set aside.
  long declinedBy(MacAddress mac, Instant now) {
    return declined.getOrDefault(mac, List.of()).stream()
        .filter(lease -> lease.activeAt(now))
        .count();
  }

  /// All times moved by the same span: the wall clock was set anew.
  void shift(Duration by) {
    var all = List.copyOf(byAddress.values());
    all.forEach(lease -> remove(lease.address()));
    all.forEach(lease ->
        put(
            new Lease(
                lease.mac(),
                lease.address(),
                lease.kind(),
                lease.since().plus(by),
                lease.until().plus(by))));
  }

  /// Why this client cannot have the address; empty when it can.
  Optional<String> objection(MacAddress mac, Served network, Inet4Address address, Instant now) {
    if (!network.subnet().contains(address)) {
      return Optional.of(address.getHostAddress() + " is not in " + network.subnet());
    }
    if (!freeFor(mac, address, now)) {
      return Optional.of(address.getHostAddress() + " belongs to another client");
    }
    var reserved = network.reservations().get(mac);
    if (address.equals(reserved)) {
      return Optional.empty();
    }
    if (reserved != null && freeFor(mac, reserved, now)) {
      return Optional.of("reserved for this client is " + reserved.getHostAddress());
    }
    return pool(network).offers(address)
        ? Optional.empty()
        : Optional.of(address.getHostAddress() + " is outside the ranges or reserved");
  }

  /// What [#choose] gives to newcomers, one after the other.
  List<Inet4Address> next(Served network, Instant now, int most) {
    var pool = pool(network);
    var next = new ArrayList<>(pool.fresh(byAddress, most));
    for (var lease : byEnd) {
      if (lease.until().isAfter(now) || next.size() >= most) {
        break;
      }
      if (usable(NOBODY, lease.address(), pool, now)) {
        next.add(lease.address());
      }
    }
    return next;
  }

  private boolean usable(MacAddress mac, Inet4Address address, Pool pool, Instant now) {
    return pool.offers(address) && freeFor(mac, address, now);
  }

  private boolean freeFor(MacAddress mac, Inet4Address address, Instant now) {
    var lease = byAddress.get(address);
    return lease == null
        || !lease.activeAt(now)
        || (lease.mac().equals(mac) && lease.kind() != Kind.QUARANTINED);
  }

  private Optional<Inet4Address> longestUnused(MacAddress mac, Pool pool, Instant now) {
    for (var lease : byEnd) {
      if (lease.until().isAfter(now)) {
        return Optional.empty();
      }
      if (usable(mac, lease.address(), pool, now)) {
        return Optional.of(lease.address());
      }
    }
    return Optional.empty();
  }

  private Pool pool(Served network) {
    var pool = pools.get(network.subnet());
    if (pool == null || !pool.isFor(network)) {
      pool = new Pool(network);
      pools.put(network.subnet(), pool);
    }
    return pool;
  }
}
