package io.rackstead.vmhost;

import io.rackstead.bmc.libvirt.NewServer;
import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.bmc.libvirt.Wire;
import io.rackstead.image.Architecture;
import io.rackstead.network.Rejected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Whether a host has what is wished for, and what exactly that becomes there.
final class Fitting {
  /// Bridges that are a program's own and lead nowhere by themselves. Bridges that lead nowhere:
  /// libvirt's, Docker's (`br-` and twelve hexadecimal digits for a network of its user's), LXC's
  /// and LXD's.
  private static final Pattern PRIVATE =
      Pattern.compile("(virbr|docker|lxcbr|lxdbr).*|br-[0-9a-f]{12}");

  private Fitting() {}

  /// @throws Rejected names the parameter that the host cannot fulfil
  static NewServer of(VmHost host, Wish wish, String uuid, String name, Supplier<String> macs) {
    var facts = host.seen().facts();
    var arch = architecture(host);
    wish.architecture()
        .filter(wanted -> wanted != arch)
        .ifPresent(wanted -> {
          throw new Rejected("architecture", "%s is %s".formatted(host.name(), arch.debianName()));
        });
    if (wish.mhz() > 0 && facts.mhz() > 0 && wish.mhz() > facts.mhz()) {
      throw new Rejected(
          "cpu_speed", "%s has processors of %d MHz".formatted(host.name(), facts.mhz()));
    }
    if (wish.cores() > host.freeCores()) {
      throw new Rejected(
          "cores",
          "%s has %d cores left, %d are wanted"
              .formatted(host.name(), Math.max(0, host.freeCores()), wish.cores()));
    }
    wish.pinned().stream()
        .filter(core -> core < 0 || core >= facts.cores())
        .findFirst()
        .ifPresent(core -> {
          throw new Rejected("pinned_cores", "%s has no core %d".formatted(host.name(), core));
        });
    if (wish.memoryMib() > host.freeMemoryMib()) {
      throw new Rejected(
          "memory",
          "%s has %d MiB left, %d are wanted"
              .formatted(host.name(), Math.max(0, host.freeMemoryMib()), wish.memoryMib()));
    }
    return new NewServer(
        uuid,
        name,
        wish.cores(),
        wish.pinned(),
        wish.memoryMib(),
        wish.hugepages(),
        arch == Architecture.ARM64,
        disks(host, wish),
        wish.cards().stream()
            .map(card -> new NewServer.Card(macs.get(), wire(host, card.wire())))
            .toList());
  }

  static Architecture architecture(VmHost host) {
    try {
      return Architecture.parse(host.seen().facts().arch());
    } catch (IllegalArgumentException e) {
      throw new Rejected(
          "architecture",
          host.name() + " has " + host.seen().facts().arch() + " processors: no image is for them");
    }
  }

  private static List<NewServer.Disk> disks(VmHost host, Wish wish) {
    var left = new HashMap<String, Long>();
    host.seen().pools().forEach(pool -> left.put(pool.uuid(), pool.available()));
    var disks = new ArrayList<NewServer.Disk>();
    for (var disk : wish.disks()) {
      var pool = pool(host, disk.pool());
      long room = left.getOrDefault(pool.uuid(), 0L) - disk.bytes();
      if (room < 0) {
        throw new Rejected(
            "storage",
            "pool %s of %s has %d bytes left, %d are wanted"
                .formatted(pool.name(), host.name(), room + disk.bytes(), disk.bytes()));
      }
      left.put(pool.uuid(), room);
      disks.add(new NewServer.Disk(pool, disk.bytes()));
    }
    return disks;
  }

  private static StoragePool pool(VmHost host, String wanted) {
    var pools = host.seen().pools();
    if (!wanted.isEmpty()) {
      return pools.stream()
          .filter(pool -> pool.name().equals(wanted) || pool.uuid().equals(wanted))
          .findFirst()
          .orElseThrow(() ->
              new Rejected(
                  "storage",
                  "%s has no storage pool %s, but %s"
                      .formatted(
                          host.name(),
                          wanted,
                          pools.isEmpty()
                              ? "none at all"
                              : pools.stream()
                                  .map(StoragePool::name)
                                  .collect(Collectors.joining(", ")))));
    }
    return defaultPool(host)
        .orElseThrow(() ->
            new Rejected(
                "storage",
                host.name()
                    + " has no storage pool: define one there, as with virsh pool-define-as, and"
                    + " refresh it"));
  }

  /// The one that was chosen; else the one with the most room.
  static java.util.Optional<StoragePool> defaultPool(VmHost host) {
    var pools = host.seen().pools();
    return host.defaultPool()
        .flatMap(id -> pools.stream().filter(pool -> pool.uuid().equals(id)).findFirst())
        .or(() -> pools.stream().max(Comparator.comparingLong(StoragePool::available)));
  }

  /// A network that is called `maas` is meant for this; a bridge is on the host's own wire.
  private static Wire wire(VmHost host, String wanted) {
    var wires = host.seen().wires();
    var named = wanted.isEmpty() ? "maas" : wanted;
    var found = wires.stream().filter(wire -> wire.name().equals(named)).findFirst();
    if (wanted.isEmpty()) {
      found =
          found
              .or(() -> wires.stream().filter(Fitting::leadsOut).findFirst())
              .or(() -> wires.stream().filter(wire -> wire.name().equals("default")).findFirst());
    }
    return found.orElseThrow(() ->
        new Rejected(
            "interfaces",
            "%s has no bridge or network%s to plug into, but %s"
                .formatted(
                    host.name(),
                    wanted.isEmpty() ? "" : " " + wanted,
                    wires.isEmpty()
                        ? "none at all"
                        : wires.stream().map(Wire::toString).collect(Collectors.joining(", ")))));
  }

  private static boolean leadsOut(Wire wire) {
    return wire.kind() == Wire.Kind.BRIDGE && !PRIVATE.matcher(wire.name()).matches();
  }
}
