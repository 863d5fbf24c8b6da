package io.rackstead.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// How a machine is configured: its interfaces, and what its disks are to become. A value: it is
/// changed as a whole.
///
/// @param gateway4 the link whose subnet's gateway is the default one; empty: the first with one
/// @param disks empty in what an earlier version wrote
public record Setup(
    List<Interface> interfaces,
    Optional<Long> gateway4,
    Optional<Long> gateway6,
    Optional<Storage> disks) {
  public static final Setup BARE =
      new Setup(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

  public Setup {
    interfaces = List.copyOf(interfaces);
  }

  public Optional<Interface> find(long id) {
    return interfaces.stream().filter(i -> i.id() == id).findFirst();
  }

  /// By number or by name, as clients call it.
  public Optional<Interface> named(String text) {
    return interfaces.stream()
        .filter(i -> Long.toString(i.id()).equals(text) || i.name().equals(text))
        .findFirst();
  }

  public List<Interface> childrenOf(Interface parent) {
    return interfaces.stream().filter(i -> i.parents().contains(parent.id())).toList();
  }

  public Stream<Link> links() {
    return interfaces.stream().flatMap(i -> i.links().stream());
  }

  /// Every address that is spoken for here.
  public List<String> addresses() {
    return links().flatMap(l -> l.address().stream()).toList();
  }

  public Setup withInterfaces(List<Interface> next) {
    return new Setup(next, kept(gateway4, next), kept(gateway6, next), disks);
  }

  public Setup withGateways(Optional<Long> four, Optional<Long> six) {
    return new Setup(interfaces, four, six, disks);
  }

  public Storage storage() {
    return disks.orElse(Storage.BARE);
  }

  public Setup with(Storage next) {
    return new Setup(interfaces, gateway4, gateway6, Optional.of(next));
  }

  /// A gateway goes with its link.
  private static Optional<Long> kept(Optional<Long> gateway, List<Interface> interfaces) {
    return gateway.filter(
        id -> interfaces.stream().anyMatch(i -> i.links().stream().anyMatch(l -> l.id() == id)));
  }

  public Setup plus(Interface added) {
    var all = new ArrayList<>(interfaces);
    all.add(added);
    return withInterfaces(all);
  }

  public Setup change(long id, UnaryOperator<Interface> how) {
    return withInterfaces(interfaces.stream().map(i -> i.id() == id ? how.apply(i) : i).toList());
  }

  /// What was given and laid out for one deployment goes back with the release.
  public Setup released() {
    var own = Bridges.removed(this);
    var unlinked =
        own.withInterfaces(
            own.interfaces().stream()
                .map(Fixed::undone)
                .map(i ->
                    i.withLinks(
                        i.links().stream()
                            .map(l ->
                                l.mode() == Link.Mode.AUTO ? l.withAddress(Optional.empty()) : l)
                            .toList()))
                .toList());
    return disks.map(d -> unlinked.with(d.released())).orElse(unlinked);
  }
}
