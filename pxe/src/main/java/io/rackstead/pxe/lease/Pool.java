package io.rackstead.pxe.lease;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The addresses of one network that any client may get: its ranges, less everything that is
/// somebody's already. Made anew when the network was edited.
final class Pool {
  private final Served network;
  private final Set<Inet4Address> taken = new HashSet<>();
  private int range;
  private long next;

  Pool(Served network) {
    this.network = network;
    taken.add(network.subnet().network());
    taken.add(network.subnet().broadcast());
    taken.add(network.serverAddress());
    network.router().ifPresent(taken::add);
    taken.addAll(network.dnsServers());
    taken.addAll(network.reservations().values());
  }

  /// True while the operator has not changed what this was made from.
  boolean isFor(Served asked) {
    return asked == network
        || (asked.ranges().equals(network.ranges())
            && asked.serverAddress().equals(network.serverAddress())
            && asked.router().equals(network.router())
            && asked.dnsServers().equals(network.dnsServers())
            && asked.reservations().equals(network.reservations()));
  }

  /// How many addresses there are.
  long size() {
    long inside = 0;
    for (var part : network.ranges()) {
      inside += part.size() - taken.stream().filter(part::contains).count();
    }
    return Math.max(0, inside);
  }

  boolean offers(Inet4Address address) {
    return !taken.contains(address)
        && network.subnet().contains(address)
        && network.ranges().stream().anyMatch(part -> part.contains(address));
  }

  /// Those that [#fresh] gives one after the other.
  List<Inet4Address> fresh(Map<Inet4Address, Lease> known, int most) {
    var found = new ArrayList<Inet4Address>();
    if (fresh(known).isEmpty()) {
      return found;
    }
    long from = next;
    for (int at = range; at < network.ranges().size() && found.size() < most; at++, from = 0) {
      var part = network.ranges().get(at);
      for (long i = from; i < part.size() && found.size() < most; i++) {
        var address = Subnet.address(Subnet.bits(part.first()) + (int) i);
        if (!known.containsKey(address) && offers(address)) {
          found.add(address);
        }
      }
    }
    return found;
  }

  /// The next address without any history. Walks each range once in its life, so the search costs
  /// nothing on average, however large the ranges are.
  Optional<Inet4Address> fresh(Map<Inet4Address, Lease> known) {
    for (; range < network.ranges().size(); range++, next = 0) {
      var part = network.ranges().get(range);
      while (next < part.size()) {
        var address = Subnet.address(Subnet.bits(part.first()) + (int) next);
        if (!known.containsKey(address) && offers(address)) {
          return Optional.of(address); // passed by once it has a history
        }
        next++;
      }
    }
    return Optional.empty();
  }
}
