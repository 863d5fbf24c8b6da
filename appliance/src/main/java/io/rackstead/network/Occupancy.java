package io.rackstead.network;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Which addresses of a subnet are taken, and for what. The rest is free.
public final class Occupancy {
  /// Addresses next to each other.
  public record Block(InetAddress start, InetAddress end, List<String> purposes) {
    public BigInteger size() {
      return Ip.number(end).subtract(Ip.number(start)).add(BigInteger.ONE);
    }
  }

  private record Taken(BigInteger from, BigInteger to, String purpose) {}

  private final Prefix cidr;
  private final List<Taken> taken = new ArrayList<>();

  private Occupancy(Prefix cidr) {
    this.cidr = cidr;
  }

  /// @param neighbours that answered on the wire and are in nobody's name
  public static Occupancy of(
      Topology all, Subnet subnet, List<IpAddress> addresses, Collection<InetAddress> neighbours) {
    var occupancy = new Occupancy(subnet.cidr());
    if (subnet.cidr().v4() && subnet.cidr().length() < 31) {
      occupancy.add(subnet.cidr().first(), subnet.cidr().first(), "network-address");
      occupancy.add(subnet.cidr().last(), subnet.cidr().last(), "broadcast-address");
    } else if (!subnet.cidr().v4() && subnet.cidr().length() < 127) {
      occupancy.add(subnet.cidr().first(), subnet.cidr().first(), "rfc-4291-2.6.1");
    }
    subnet.gateway().ifPresent(ip -> occupancy.add(ip, "gateway-ip"));
    subnet.dnsServers().forEach(ip -> occupancy.add(ip, "dns-server"));
    HostAddresses.now().forEach(ip -> occupancy.add(ip, "assigned-ip"));
    neighbours.forEach(ip -> occupancy.add(ip, "neighbour"));
    for (var range : all.rangesOf(subnet)) {
      boolean dynamic = range.kind() == IpRange.Kind.DYNAMIC;
      if (subnet.managed() || dynamic) {
        occupancy.add(
            Ip.number(range.start()), Ip.number(range.end()), dynamic ? "dynamic" : "reserved");
      }
    }
    all.reservedOf(subnet).forEach(r -> occupancy.add(r.ip(), "reserved-ip"));
    addresses.forEach(a ->
        occupancy.add(
            a.ip(), a.kind() == IpAddress.Kind.USER_RESERVED ? "user-reserved" : "assigned-ip"));
    if (!subnet.managed()) {
      occupancy.onlyWithin(
          all.rangesOf(subnet).stream().filter(r -> r.kind() == IpRange.Kind.RESERVED).toList());
    }
    return occupancy;
  }

  private void add(InetAddress ip, String purpose) {
    if (cidr.contains(ip)) {
      add(Ip.number(ip), Ip.number(ip), purpose);
    }
  }

  private void add(BigInteger from, BigInteger to, String purpose) {
    taken.add(new Taken(from, to, purpose));
  }

  private void onlyWithin(List<IpRange> ranges) {
    var next = cidr.first();
    var sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparing(r -> Ip.number(r.start())));
    for (var range : sorted) {
      if (Ip.number(range.start()).compareTo(next) > 0) {
        add(next, Ip.number(range.start()).subtract(BigInteger.ONE), "unmanaged");
      }
      next = Ip.number(range.end()).add(BigInteger.ONE);
    }
    if (next.compareTo(cidr.last()) <= 0) {
      add(next, cidr.last(), "unmanaged");
    }
  }

  /// The taken ones in order, neighbours with the same purpose as one.
  public List<Block> taken() {
    var edges = new TreeSet<BigInteger>();
    for (var one : taken) {
      edges.add(one.from());
      edges.add(one.to().add(BigInteger.ONE));
    }
    var sorted = new ArrayList<>(taken);
    sorted.sort(Comparator.comparing(Taken::from));
    var blocks = new ArrayList<Block>();
    var open = new ArrayList<Taken>();
    int next = 0;
    for (var edge : edges) {
      var end = edges.higher(edge);
      if (end == null) {
        break;
      }
      open.removeIf(one -> one.to().compareTo(edge) < 0);
      while (next < sorted.size() && sorted.get(next).from().compareTo(edge) <= 0) {
        if (sorted.get(next).to().compareTo(edge) >= 0) {
          open.add(sorted.get(next));
        }
        next++;
      }
      if (!open.isEmpty()) {
        append(
            blocks,
            edge,
            end.subtract(BigInteger.ONE),
            open.stream().map(Taken::purpose).distinct().sorted().toList());
      }
    }
    return blocks;
  }

  private void append(List<Block> blocks, BigInteger from, BigInteger to, List<String> purposes) {
    var start = Ip.of(from, cidr.bits());
    var end = Ip.of(to, cidr.bits());
    if (!blocks.isEmpty()) {
      var last = blocks.getLast();
      if (last.purposes().equals(purposes)
          && Ip.number(last.end()).add(BigInteger.ONE).equals(from)) {
        blocks.set(blocks.size() - 1, new Block(last.start(), end, purposes));
        return;
      }
    }
    blocks.add(new Block(start, end, purposes));
  }

  /// What nobody has.
  public List<Block> free() {
    var free = new ArrayList<Block>();
    var next = cidr.first();
    for (var block : taken()) {
      var start = Ip.number(block.start());
      if (start.compareTo(next) > 0) {
        free.add(
            new Block(
                Ip.of(next, cidr.bits()),
                Ip.of(start.subtract(BigInteger.ONE), cidr.bits()),
                List.of()));
      }
      next = next.max(Ip.number(block.end()).add(BigInteger.ONE));
    }
    if (next.compareTo(cidr.last()) <= 0) {
      free.add(new Block(Ip.of(next, cidr.bits()), Ip.of(cidr.last(), cidr.bits()), List.of()));
    }
    return free;
  }

  public Optional<InetAddress> firstFree() {
    return free().stream().findFirst().map(Block::start);
  }

  /// Why this one cannot be given; empty when it can.
  public Optional<String> objection(InetAddress ip) {
    var number = Ip.number(ip);
    return taken.stream()
        .filter(one -> one.from().compareTo(number) <= 0 && one.to().compareTo(number) >= 0)
        .map(Taken::purpose)
        .findFirst();
  }
}
