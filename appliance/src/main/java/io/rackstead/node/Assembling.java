package io.rackstead.node;

import io.rackstead.network.Rejected;
import io.rackstead.node.Device.Kind;
import io.rackstead.node.Device.Make;
import io.rackstead.node.Volumes.Bcache;
import io.rackstead.node.Volumes.CacheSet;
import io.rackstead.node.Volumes.Group;
import io.rackstead.node.Volumes.Raid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Volume groups, RAIDs and bcaches: what may be put together, changed and taken apart. Pure; what
/// cannot be is [Rejected].
public final class Assembling {
  private static final String WHOLE = "__all__";

  /// How many devices each level takes at least.
  private static final Map<String, Integer> LEVELS =
      Map.of("raid-0", 2, "raid-1", 2, "raid-5", 3, "raid-6", 4, "raid-10", 3);

  private static final Set<String> CACHE_MODES = Set.of("writeback", "writethrough", "writearound");

  private Assembling() {}

  /// Storage in which members may be taken, and what they are called now.
  private record Taken(Storage storage, List<Long> members) {}

  /// Members that nothing stands on. The boot disk cannot be one as a whole, for the machine starts
  /// from its partition table: a partition on all of it is.
  private static Taken taken(
      Storage storage, String field, List<Long> members, List<Long> had, LongSupplier numbers) {
    if (new HashSet<>(members).size() != members.size()) {
      throw new Rejected(field, "A device can be a member once only.");
    }
    var after = storage;
    var ids = new ArrayList<Long>();
    for (var member : members) {
      if (had.contains(member)) {
        ids.add(member);
        continue;
      }
      mustBeFree(after, field, member);
      var boot = after.boot().filter(d -> d.id() == member);
      if (boot.isPresent()) {
        long id = numbers.getAsLong();
        after = Partitioning.add(after, boot.get(), id, new Partitioning.Wish(field, 0, "", false));
        ids.add(id);
      } else {
        ids.add(member);
      }
    }
    return new Taken(after, ids);
  }

  private static void mustBeFree(Storage storage, String field, long id) {
    Partitioning.mustBeUnused(storage, field, id);
    if (storage.filesystem(id).isPresent()) {
      throw new Rejected(
          field, storage.called(id) + " holds a filesystem: unmount and unformat it first.");
    }
    if (storage.partitions().stream().anyMatch(p -> p.device() == id)) {
      throw new Rejected(field, storage.called(id) + " has partitions: use those.");
    }
  }

  /// Makes or changes a volume group.
  public static Storage put(Storage storage, Group group, LongSupplier numbers) {
    Partitioning.name(storage, group.name(), group.id());
    var had =
        storage.groups().stream()
            .filter(g -> g.id() == group.id())
            .findFirst()
            .map(Group::members)
            .orElse(List.of());
    if (group.members().isEmpty()) {
      throw new Rejected(WHOLE, "At least one valid block device or partition is required.");
    }
    var taken = taken(storage, "block_devices", group.members(), had, numbers);
    var made = new Group(group.id(), group.name(), group.uuid(), taken.members());
    var after = renamed(taken.storage(), made);
    if (Sizes.available(after, made) < 0) {
      throw new Rejected(
          WHOLE, "The logical volumes of " + group.name() + " would not fit any more.");
    }
    return after;
  }

  /// Its volumes are called by it.
  private static Storage renamed(Storage storage, Group now) {
    var before = storage.groups().stream().filter(g -> g.id() == now.id()).findFirst();
    var after = storage.withGroups(Storage.with(storage.groups(), now));
    for (var volume : before.map(storage::madeOf).orElse(List.of())) {
      var own = volume.name().substring(before.get().name().length());
      after = Partitioning.device(after, volume.id(), d -> d.withName(now.name() + own));
    }
    return after;
  }

  /// Makes a logical volume; MAAS calls it by its group and its name.
  ///
  /// @param size 0: all that is left
  public static Storage volume(
      Storage storage, Group group, long id, String name, String uuid, long size) {
    var whole = group.name() + "-" + name;
    Partitioning.name(storage, whole, id);
    return storage.withDevices(
        Storage.plus(
            storage.devices(),
            made(
                id,
                whole,
                Kind.LOGICAL,
                group.id(),
                Partitioning.uuid(uuid, id),
                fitting(group, size, Sizes.available(storage, group)))));
  }

  private static long fitting(Group group, long size, long room) {
    long wanted = size == 0 ? room : Sizes.aligned(size);
    if (wanted < Sizes.ALIGNED || wanted > room) {
      throw new Rejected(
          "size",
          "Volume group %s cannot hold requested logical volume: %d bytes are left, %d were asked for."
              .formatted(group.name(), room, size));
    }
    return wanted;
  }

  public static Storage resize(Storage storage, Device device, long size) {
    var group =
        storage.groups().stream()
            .filter(g -> device.madeOf().equals(Optional.of(g.id())))
            .findFirst()
            .orElseThrow(
                () -> new Rejected("size", "The size of " + device.name() + " is what it is."));
    long room = Sizes.available(storage, group) + device.size();
    long next = fitting(group, size, room);
    long used = storage.on(device).stream().mapToLong(Partition::size).sum();
    if (used > 0 && next < used + Sizes.TABLE) {
      throw new Rejected("size", "The partitions of " + device.name() + " would not fit any more.");
    }
    return Partitioning.device(storage, device.id(), d -> d.withSize(next));
  }

  private static Device made(long id, String name, Kind kind, long of, String uuid, long size) {
    return new Device(
        id, name, kind, Optional.of(of), uuid, Make.NONE, size, List.of(), "", Optional.empty());
  }

  /// Makes or changes a RAID.
  public static Storage put(Storage storage, Raid raid, LongSupplier numbers) {
    Partitioning.name(storage, raid.name(), raid.id());
    var least = LEVELS.get(raid.level());
    if (least == null) {
      throw new Rejected(
          "level",
          "'%s' is not a valid level.  It should be one of: %s."
              .formatted(
                  raid.level(), String.join(", ", LEVELS.keySet().stream().sorted().toList())));
    }
    boolean none = raid.level().equals("raid-0");
    if (raid.active().size() < least || none && !raid.spares().isEmpty()) {
      throw new Rejected(
          "level",
          "RAID level %s must have at least %d raid devices and %s."
              .formatted(
                  raid.level().substring(5), least, none ? "no spares" : "any number of spares"));
    }
    var had =
        storage.raids().stream()
            .filter(r -> r.id() == raid.id())
            .findFirst()
            .map(Raid::members)
            .orElse(List.of());
    var taken = taken(storage, "block_devices", raid.members(), had, numbers);
    int active = raid.active().size();
    var made =
        new Raid(
            raid.id(),
            raid.name(),
            raid.uuid(),
            raid.level(),
            taken.members().subList(0, active),
            taken.members().subList(active, taken.members().size()));
    var after = taken.storage().withRaids(Storage.with(taken.storage().raids(), made));
    return shown(after, made, Kind.RAID, Sizes.of(after, made), numbers);
  }

  /// The block device that it makes, as it is now.
  private static Storage shown(
      Storage storage, Volumes of, Kind kind, long size, LongSupplier numbers) {
    if (size < Sizes.ALIGNED) {
      throw new Rejected(WHOLE, of.name() + " would hold nothing: its members are too small.");
    }
    var there = storage.madeOf(of).stream().findFirst();
    if (there.isEmpty()) {
      return storage.withDevices(
          Storage.plus(
              storage.devices(),
              made(numbers.getAsLong(), of.name(), kind, of.id(), of.uuid(), size)));
    }
    long used = storage.on(there.get()).stream().mapToLong(Partition::size).sum();
    if (used > 0 && size < used + Sizes.TABLE) {
      throw new Rejected(WHOLE, "The partitions of " + of.name() + " would not fit any more.");
    }
    return Partitioning.device(
        storage, there.get().id(), d -> d.withSize(size).withName(of.name()));
  }

  public static Storage put(Storage storage, CacheSet set, LongSupplier numbers) {
    var had = storage.cacheSets().stream().filter(c -> c.id() == set.id()).findFirst();
    var taken =
        taken(
            storage,
            "cache_device",
            set.members(),
            had.map(CacheSet::members).orElse(List.of()),
            numbers);
    var made = new CacheSet(set.id(), set.name(), set.uuid(), taken.members().getFirst());
    return taken.storage().withCacheSets(Storage.with(taken.storage().cacheSets(), made));
  }

  /// Makes or changes a bcache.
  public static Storage put(Storage storage, Bcache bcache, LongSupplier numbers) {
    Partitioning.name(storage, bcache.name(), bcache.id());
    if (!CACHE_MODES.contains(bcache.mode())) {
      throw new Rejected(
          "cache_mode",
          "'%s' is not a valid cache_mode.  It should be one of: writearound, writeback, writethrough."
              .formatted(bcache.mode()));
    }
    if (storage.cacheSets().stream().noneMatch(c -> c.id() == bcache.cacheSet())) {
      throw new Rejected("cache_set", "There is no cache set " + bcache.cacheSet() + ".");
    }
    var had = storage.bcaches().stream().filter(b -> b.id() == bcache.id()).findFirst();
    var taken =
        taken(
            storage,
            "backing_device",
            bcache.members(),
            had.map(Bcache::members).orElse(List.of()),
            numbers);
    var made =
        new Bcache(
            bcache.id(),
            bcache.name(),
            bcache.uuid(),
            bcache.cacheSet(),
            taken.members().getFirst(),
            bcache.mode());
    var after = taken.storage().withBcaches(Storage.with(taken.storage().bcaches(), made));
    return shown(after, made, Kind.BCACHE, Sizes.aligned(Sizes.of(after, made.backing())), numbers);
  }

  /// Takes a volume group, RAID, cache set or bcache apart; what stands on it is said.
  public static Storage remove(Storage storage, Volumes gone) {
    if (gone instanceof CacheSet) {
      storage.bcaches().stream()
          .filter(b -> b.cacheSet() == gone.id())
          .findFirst()
          .ifPresent(b -> {
            throw new Rejected(WHOLE, gone.name() + " is in use by " + b.name() + ".");
          });
    }
    var after = storage;
    for (var device : storage.madeOf(gone)) {
      if (gone instanceof Group) {
        throw new Rejected(
            WHOLE,
            "This volume group has logical volumes; it cannot be deleted: " + device.name() + ".");
      }
      after = Partitioning.emptied(after, device);
      after =
          after.withDevices(after.devices().stream().filter(d -> d.id() != device.id()).toList());
    }
    return switch (gone) {
      case Group g -> after.withGroups(less(after.groups(), g));
      case Raid r -> after.withRaids(less(after.raids(), r));
      case CacheSet c -> after.withCacheSets(less(after.cacheSets(), c));
      case Bcache b -> after.withBcaches(less(after.bcaches(), b));
    };
  }

  private static <T extends Volumes> List<T> less(List<T> list, T gone) {
    return list.stream().filter(one -> one.id() != gone.id()).toList();
  }
}
