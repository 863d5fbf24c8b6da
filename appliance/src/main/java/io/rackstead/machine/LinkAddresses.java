package io.rackstead.machine;

import io.rackstead.network.Addresses;
import io.rackstead.network.Ip;
import io.rackstead.network.IpAddress;
import io.rackstead.network.IpAddress.Holder;
import io.rackstead.network.IpAddress.Kind;
import io.rackstead.network.NetworkBook;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import io.rackstead.store.Tx;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Gives the links of a machine their addresses and takes them back, in the transaction that writes
/// the machine: a static link has its address at once, an automatic one while it is deployed. So no
/// two machines are ever written with one address.
public final class LinkAddresses {
  private static final Set<Kind> GIVEN = EnumSet.of(Kind.AUTO, Kind.STICKY);
  private final NetworkBook book;
  private final Addresses addresses;

  public LinkAddresses(NetworkBook book) {
    this.book = book;
    addresses = book.addresses();
  }

  /// The machine with its addresses filled in. Refuses with a problem when there are none left, or
  /// when the one that was asked for is somebody else's.
  public Machine settled(Tx tx, Machine before, Machine after) {
    boolean deployed = after.deployment().isPresent();
    if (before.node().equals(after.node()) && before.deployment().isPresent() == deployed) {
      return after;
    }
    var kept = new ArrayList<IpAddress>();
    for (var held : addresses.ofMachine(tx, after.id().text())) {
      if (GIVEN.contains(held.kind())) {
        if (after.node().interfaces().stream()
            .anyMatch(i -> i.links().stream().anyMatch(l -> is(held, i, l)))) {
          kept.add(held);
        } else {
          addresses.release(tx, held.ip());
        }
      }
    }
    var interfaces =
        after.node().interfaces().stream()
            .map(i ->
                i.withLinks(
                    i.links().stream()
                        .map(l -> takes(l, deployed) ? taken(tx, after, i, l, kept) : l)
                        .toList()))
            .toList();
    return interfaces.equals(after.node().interfaces())
        ? after
        : after.with(after.node().withInterfaces(interfaces));
  }

  public void gone(Tx tx, MachineId machine) {
    for (var held : addresses.ofMachine(tx, machine.text())) {
      addresses.release(tx, held.ip());
    }
  }

  private static boolean takes(Link link, boolean deployed) {
    return link.mode() == Link.Mode.STATIC || link.mode() == Link.Mode.AUTO && deployed;
  }

  private static Kind kind(Link link) {
    return link.mode() == Link.Mode.AUTO ? Kind.AUTO : Kind.STICKY;
  }

  private static boolean is(IpAddress held, Interface on, Link link) {
    return link.subnet().equals(Optional.of(held.subnetId()))
        && link.address().equals(Optional.of(Ip.text(held.ip())))
        && on.mac().equals(held.mac())
        && held.kind() == kind(link);
  }

  private Link taken(Tx tx, Machine machine, Interface on, Link link, List<IpAddress> kept) {
    var there = link.subnet().filter(id -> book.now().subnet(id).isPresent());
    if (there.isEmpty() || kept.stream().anyMatch(held -> is(held, on, link))) {
      return link;
    }
    var given =
        addresses.allocate(
            tx,
            there.get(),
            on.mac(),
            kind(link),
            link.address().map(Ip::parse),
            new Holder(machine.id().text(), machine.labels().owner(), ""));
    return link.withAddress(Optional.of(Ip.text(given.ip())));
  }
}
