package io.rackstead.node;

import io.rackstead.network.Rejected;
import io.rackstead.node.Interface.Kind;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// One machine configured as another is: pure, each part gets a number of its own.
public final class Cloning {
  private Cloning() {}

  /// The interfaces of `from` on the adapters of `to`, which are told by their names. An address is
  /// one machine's own, so a static link becomes an automatic one in the same subnet.
  public static Setup wired(Setup from, Setup to, LongSupplier numbers) {
    var ids = new HashMap<Long, Long>();
    var macs = new HashMap<Long, Interface>();
    var all = new ArrayList<Interface>();
    var links = new HashMap<Long, Long>();
    for (var one : to.interfaces()) {
      if (one.kind() == Kind.PHYSICAL && of(from, one.name()).isEmpty()) {
        all.add(one);
      }
    }
    for (var one : from.interfaces()) {
      if (one.kind() == Kind.PHYSICAL) {
        var own =
            of(to, one.name())
                .orElseThrow(() ->
                    new Rejected(
                        "interfaces", "it has no interface " + one.name() + " as the source has"));
        ids.put(one.id(), own.id());
        macs.put(one.id(), own);
        all.add(
            like(
                one,
                own.id(),
                own.mac(),
                List.of(),
                own.connected(),
                own.speedMbps(),
                links,
                numbers));
      }
    }
    var left =
        new ArrayList<>(from.interfaces().stream().filter(i -> i.kind() != Kind.PHYSICAL).toList());
    while (!left.isEmpty()) {
      var next =
          left.stream()
              .filter(i -> ids.keySet().containsAll(i.parents()))
              .findFirst()
              .orElseThrow(() ->
                  new Rejected(
                      "interfaces", left.getFirst().name() + " of the source has no parent"));
      left.remove(next);
      if (all.stream().anyMatch(i -> i.name().equals(next.name()))) {
        throw new Rejected("interfaces", "it has an interface " + next.name() + " of its own");
      }
      long id = numbers.getAsLong();
      ids.put(next.id(), id);
      var made =
          like(
              next,
              id,
              mac(from, next, macs),
              all(ids, next.parents()),
              next.connected(),
              next.speedMbps(),
              links,
              numbers);
      macs.put(next.id(), made);
      all.add(made);
    }
    return to.withInterfaces(all)
        .withGateways(
            from.gateway4().flatMap(link -> Optional.ofNullable(links.get(link))),
            from.gateway6().flatMap(link -> Optional.ofNullable(links.get(link))));
  }

  private static Optional<Interface> of(Setup setup, String name) {
    return setup.interfaces().stream()
        .filter(i -> i.kind() == Kind.PHYSICAL && i.name().equals(name))
        .findFirst();
  }

  /// That of the parent which it has in the source too, else of the first: no two machines have
  /// one.
  private static Optional<MacAddress> mac(Setup from, Interface made, Map<Long, Interface> twins) {
    return made.parents().stream()
        .filter(id -> from.find(id).map(Interface::mac).equals(Optional.of(made.mac())))
        .findFirst()
        .or(() -> made.parents().stream().findFirst())
        .flatMap(id -> Optional.ofNullable(twins.get(id)))
        .flatMap(Interface::mac);
  }

  private static Interface like(
      Interface one,
      long id,
      Optional<MacAddress> mac,
      List<Long> parents,
      boolean connected,
      int speed,
      Map<Long, Long> numbersOfLinks,
      LongSupplier numbers) {
    var links = new ArrayList<Link>();
    for (var link : one.links()) {
      long number = numbers.getAsLong();
      numbersOfLinks.put(link.id(), number);
      var mode = link.mode() == Link.Mode.STATIC ? Link.Mode.AUTO : link.mode();
      links.add(new Link(number, mode, link.subnet(), Optional.empty()));
    }
    return new Interface(
        id,
        one.name(),
        one.kind(),
        mac,
        one.enabled(),
        one.tags(),
        one.vlan(),
        parents,
        links,
        one.mtu(),
        connected,
        speed,
        one.params());
  }

  /// What is laid out on the disks of `from`, on those of `to`: the boot disk on the boot disk,
  /// each other on the smallest that holds it, one of the same kind first.
  public static Storage laid(Storage from, Storage to, LongSupplier numbers) {
    var ids = new HashMap<Long, Long>();
    var disks = new HashMap<Long, Device>();
    for (var disk : inTurn(from)) {
      var own = twin(from, disk, to, disks);
      disks.put(
          own.id(),
          new Device(
              own.id(),
              own.name(),
              own.kind(),
              own.madeOf(),
              own.uuid(),
              own.make(),
              own.size(),
              own.tags(),
              disk.table(),
              fresh(disk.filesystem(), numbers)));
      ids.put(disk.id(), own.id());
    }
    var devices = new ArrayList<Device>();
    for (var own : to.physical()) {
      devices.add(disks.getOrDefault(own.id(), own.with(Optional.empty()).withTable("")));
    }
    from.volumes().forEach(v -> ids.put(v.id(), numbers.getAsLong()));
    var made = from.devices().stream().filter(d -> !d.physical()).toList();
    made.forEach(d -> ids.put(d.id(), numbers.getAsLong()));
    for (var device : made) {
      long id = at(ids, device.id());
      devices.add(
          new Device(
              id,
              device.name(),
              device.kind(),
              device.madeOf().map(of -> at(ids, of)),
              Storage.uuid(id),
              device.make(),
              device.size(),
              device.tags(),
              device.table(),
              fresh(device.filesystem(), numbers)));
    }
    var partitions = new ArrayList<Partition>();
    for (var part : from.partitions()) {
      long id = numbers.getAsLong();
      ids.put(part.id(), id);
      partitions.add(
          new Partition(
              id,
              at(ids, part.device()),
              part.index(),
              Storage.uuid(id),
              part.size(),
              part.bootable(),
              part.tags(),
              fresh(part.filesystem(), numbers)));
    }
    return new Storage(
        from.layout(),
        from.bootDisk().map(id -> at(ids, id)),
        devices,
        partitions,
        from.groups().stream()
            .map(g ->
                new Volumes.Group(
                    at(ids, g.id()),
                    g.name(),
                    Storage.uuid(at(ids, g.id())),
                    all(ids, g.members())))
            .toList(),
        from.raids().stream()
            .map(r ->
                new Volumes.Raid(
                    at(ids, r.id()),
                    r.name(),
                    Storage.uuid(at(ids, r.id())),
                    r.level(),
                    all(ids, r.active()),
                    all(ids, r.spares())))
            .toList(),
        from.cacheSets().stream()
            .map(c ->
                new Volumes.CacheSet(
                    at(ids, c.id()), c.name(), Storage.uuid(at(ids, c.id())), at(ids, c.device())))
            .toList(),
        from.bcaches().stream()
            .map(b ->
                new Volumes.Bcache(
                    at(ids, b.id()),
                    b.name(),
                    Storage.uuid(at(ids, b.id())),
                    at(ids, b.cacheSet()),
                    at(ids, b.backing()),
                    b.mode()))
            .toList(),
        from.special(),
        from.swap());
  }

  /// The disks that something stands on, the one to start from first, then the larger ones.
  private static List<Device> inTurn(Storage from) {
    return from.physical().stream()
        .filter(d ->
            from.bootDisk().equals(Optional.of(d.id()))
                || d.filesystem().isPresent()
                || !from.on(d).isEmpty()
                || from.user(d.id()).isPresent())
        .sorted(
            Comparator.comparing((Device d) -> !from.bootDisk().equals(Optional.of(d.id())))
                .thenComparing(Comparator.comparingLong(Device::size).reversed()))
        .toList();
  }

  private static Device twin(Storage from, Device disk, Storage to, Map<Long, Device> taken) {
    boolean boots = from.bootDisk().equals(Optional.of(disk.id()));
    return to.physical().stream()
        .filter(d -> !taken.containsKey(d.id()) && d.size() >= disk.size())
        .filter(d -> !boots || to.bootDisk().isEmpty() || to.bootDisk().equals(Optional.of(d.id())))
        .min(
            Comparator.comparing((Device d) -> !d.tags().containsAll(disk.tags()))
                .thenComparingLong(Device::size)
                .thenComparingLong(Device::id))
        .orElseThrow(() ->
            new Rejected(
                "storage",
                "it has no %s of at least %d bytes for what is on %s of the source"
                    .formatted(boots ? "boot disk" : "further disk", disk.size(), disk.name())));
  }

  private static Optional<Filesystem> fresh(Optional<Filesystem> one, LongSupplier numbers) {
    return one.map(f ->
        new Filesystem(
            f.fstype(),
            Storage.uuid(numbers.getAsLong()),
            f.label(),
            f.mountPoint(),
            f.mountOptions()));
  }

  private static long at(Map<Long, Long> ids, long id) {
    var twin = ids.get(id);
    if (twin == null) {
      throw new Rejected(
          "storage", "what the source is configured with names a part " + id + " that it has not");
    }
    return twin;
  }

  private static List<Long> all(Map<Long, Long> ids, List<Long> of) {
    return of.stream().map(id -> at(ids, id)).toList();
  }
}
