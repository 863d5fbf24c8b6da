package io.rackstead.node;

import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Nic;
import io.rackstead.network.Vlan;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What a report does to a configuration: parts that are still there keep their numbers and what
/// was made of them, new ones get a number, and what stands on a part that is gone goes with it.
public final class Settling {
  private Settling() {}

  public static Setup of(
      Setup before, List<MacAddress> macs, Optional<Hardware> hardware, LongSupplier numbers) {
    var nics = hardware.map(Hardware::nics).orElse(List.of());
    var wired =
        before.withInterfaces(interfaces(before, nics.isEmpty() ? bare(macs) : nics, numbers));
    var storage = before.storage();
    return wired.with(hardware.map(h -> Shelving.of(storage, h, numbers)).orElse(storage));
  }

  /// Disks that nobody has laid anything out on get what they have by themselves.
  public static Setup laid(Setup before, Optional<Hardware> hardware, LongSupplier numbers) {
    return hardware
        .map(h -> before.with(Shelving.laid(before.storage(), h, numbers)))
        .orElse(before);
  }

  /// As it was before anybody configured an interface; what the hardware has keeps its numbers.
  public static Setup rewired(Setup before, LongSupplier numbers) {
    return before
        .withInterfaces(
            before.interfaces().stream()
                .filter(i -> i.kind() == Interface.Kind.PHYSICAL)
                .map(i ->
                    i.withVlan(i.connected() ? Optional.of(Vlan.DEFAULT) : Optional.empty())
                        .withLinks(
                            i.connected() ? List.of(dhcp(numbers.getAsLong())) : List.<Link>of()))
                .toList())
        .withGateways(Optional.empty(), Optional.empty());
  }

  /// As it was before anybody laid anything out; the disks keep their numbers.
  public static Setup emptied(Setup before, Optional<Hardware> hardware, LongSupplier numbers) {
    return laid(
        before.with(before.storage().blank().laid(Storage.UNTOUCHED).bootedBy(Optional.empty())),
        hardware,
        numbers);
  }

  private static List<Nic> bare(List<MacAddress> macs) {
    var nics = new ArrayList<Nic>();
    for (var mac : macs) {
      nics.add(new Nic("eth" + nics.size(), mac, "", 0, true));
    }
    return nics;
  }

  private static List<Interface> interfaces(Setup before, List<Nic> nics, LongSupplier numbers) {
    var all = new ArrayList<Interface>();
    for (var nic : nics) {
      var known =
          before.interfaces().stream()
              .filter(i -> i.kind() == Interface.Kind.PHYSICAL)
              .filter(i -> i.mac().equals(Optional.of(nic.mac())))
              .findFirst();
      int speed = Math.max(0, nic.speedMbps());
      all.add(
          known
              .map(i -> seen(i, nic, speed, numbers))
              .orElseGet(() -> physical(nic, speed, numbers)));
    }
    var made =
        new ArrayList<>(
            before.interfaces().stream().filter(i -> i.kind() != Interface.Kind.PHYSICAL).toList());
    boolean removed = true;
    while (removed) {
      removed =
          made.removeIf(i ->
              !i.parents().stream()
                  .allMatch(parent ->
                      all.stream().anyMatch(p -> p.id() == parent)
                          || made.stream().anyMatch(p -> p.id() == parent)));
    }
    all.addAll(made);
    return all;
  }

  /// A name that we only guessed gives way to the kernel's; one without a link gets its first link
  /// when a cable is in.
  private static Interface seen(Interface known, Nic nic, int speed, LongSupplier numbers) {
    boolean plugged = nic.link() && !known.connected();
    return new Interface(
        known.id(),
        nic.name(),
        known.kind(),
        known.mac(),
        known.enabled(),
        known.tags(),
        plugged && known.vlan().isEmpty() ? Optional.of(Vlan.DEFAULT) : known.vlan(),
        known.parents(),
        plugged && known.links().isEmpty() ? List.of(dhcp(numbers.getAsLong())) : known.links(),
        known.mtu(),
        nic.link(),
        speed,
        known.params());
  }

  private static Interface physical(Nic nic, int speed, LongSupplier numbers) {
    return new Interface(
        numbers.getAsLong(),
        nic.name(),
        Interface.Kind.PHYSICAL,
        Optional.of(nic.mac()),
        true,
        List.of(),
        nic.link() ? Optional.of(Vlan.DEFAULT) : Optional.empty(),
        List.of(),
        nic.link() ? List.of(dhcp(numbers.getAsLong())) : List.of(),
        0,
        nic.link(),
        speed,
        Map.of());
  }

  private static Link dhcp(long id) {
    return new Link(id, Link.Mode.DHCP, Optional.empty(), Optional.empty());
  }
}
