package io.rackstead.node;

import io.rackstead.network.Rejected;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Disks and their partitions, and what may become of them. Pure: numbers are handed in; what
/// cannot be is [Rejected].
public final class Partitioning {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.+-]{0,126}");
  private static final String WHOLE = "__all__";
  private static final int MOST = 128;

  /// A partition that is asked for.
  ///
  /// @param field what the request calls its size
  /// @param size 0: all that is left
  /// @param uuid empty: a new one
  public record Wish(String field, long size, String uuid, boolean bootable) {}

  private Partitioning() {}

  static void name(Storage storage, String name, long but) {
    if (!NAME.matcher(name).matches()) {
      throw new Rejected("name", "Enter a name of letters, digits and _.+-, got '" + name + "'.");
    }
    boolean taken =
        storage.devices().stream()
                .anyMatch(d ->
                    d.id() != but && !d.madeOf().equals(Optional.of(but)) && d.name().equals(name))
            || storage.volumes().anyMatch(v -> v.id() != but && v.name().equals(name));
    if (taken) {
      throw new Rejected("name", "There is a device or volume called " + name + " already.");
    }
  }

  /// The given one, or that of the number.
  static String uuid(String given, long id) {
    if (given.isEmpty()) {
      return Storage.uuid(id);
    }
    try {
      return UUID.fromString(given).toString();
    } catch (IllegalArgumentException e) {
      throw new Rejected("uuid", "Enter a valid UUID.");
    }
  }

  static Storage device(Storage storage, long id, UnaryOperator<Device> how) {
    return storage.withDevices(
        storage.devices().stream().map(d -> d.id() == id ? how.apply(d) : d).toList());
  }

  static Storage partition(Storage storage, long id, UnaryOperator<Partition> how) {
    return storage.withPartitions(
        storage.partitions().stream().map(p -> p.id() == id ? how.apply(p) : p).toList());
  }

  public static Storage tags(Storage storage, long id, Function<List<String>, List<String>> how) {
    return partition(
        device(storage, id, d -> d.withTags(how.apply(d.tags()))),
        id,
        p -> p.withTags(how.apply(p.tags())));
  }

  /// Nobody may stand on it.
  static void mustBeUnused(Storage storage, String field, long id) {
    storage
        .user(id)
        .ifPresent(user -> {
          throw new Rejected(
              field, storage.called(id) + " is in use: it is the " + user.role(id) + ".");
        });
  }

  public static Storage bootDisk(Storage storage, Device disk) {
    if (!disk.physical()) {
      throw new Rejected(
          WHOLE,
          "Cannot set a "
              + disk.kind().name().toLowerCase(java.util.Locale.ROOT)
              + " device as the boot disk: a machine starts from a physical one.");
    }
    return storage.bootedBy(Optional.of(disk.id()));
  }

  public static Storage add(Storage storage, Device disk) {
    name(storage, disk.name(), disk.id());
    if (disk.size() < Sizes.ALIGNED) {
      throw new Rejected("size", "Ensure this value is greater than or equal to 4194304.");
    }
    if (disk.make().blockSize() < 512 || disk.make().blockSize() > 65_536) {
      throw new Rejected("block_size", "Ensure this value is between 512 and 65536.");
    }
    if (disk.make().serial().isEmpty() && disk.make().idPath().isEmpty()) {
      throw new Rejected("id_path", "serial/model are required if id_path is not provided.");
    }
    var with = storage.withDevices(Storage.plus(storage.devices(), disk));
    return with.bootDisk().isPresent() ? with : with.bootedBy(Optional.of(disk.id()));
  }

  public static Storage rename(Storage storage, Device device, String to) {
    name(storage, to, device.id());
    return device(storage, device.id(), d -> d.withName(to));
  }

  public static Storage identify(Storage storage, Device disk, Device.Make as) {
    return device(storage, disk.id(), d -> d.withMake(as));
  }

  /// Takes a disk or logical volume away, with its partitions.
  public static Storage remove(Storage storage, Device device) {
    if (device.kind() == Device.Kind.RAID || device.kind() == Device.Kind.BCACHE) {
      throw new Rejected(
          WHOLE,
          device.name()
              + " goes with what makes it: delete the "
              + (device.kind() == Device.Kind.RAID ? "RAID." : "bcache."));
    }
    var left = emptied(storage, device);
    var after =
        left.withDevices(left.devices().stream().filter(d -> d.id() != device.id()).toList());
    return after.bootDisk().equals(Optional.of(device.id()))
        ? after.bootedBy(after.physical().stream().findFirst().map(Device::id))
        : after;
  }

  /// A device without its partitions, on none of which anything may stand.
  static Storage emptied(Storage storage, Device device) {
    mustBeUnused(storage, WHOLE, device.id());
    var after = storage;
    for (var partition : storage.on(device)) {
      after = remove(after, partition);
    }
    return after;
  }

  public static Storage add(Storage storage, Device on, long id, Wish wish) {
    mustBeUnused(storage, WHOLE, on.id());
    if (on.filesystem().isPresent()) {
      throw new Rejected(
          WHOLE, "Cannot create partition on " + on.name() + ": it holds a filesystem.");
    }
    long room = Sizes.room(storage, on);
    long size = wish.size() == 0 ? room : Sizes.aligned(wish.size());
    if (room < Sizes.ALIGNED) {
      throw new Rejected(wish.field(), "There is no room left on " + on.name() + ".");
    }
    if (size < Sizes.ALIGNED) {
      throw new Rejected(
          wish.field(),
          "Partition size is too small: it is a multiple of " + Sizes.ALIGNED + " bytes.");
    }
    if (size > room) {
      throw new Rejected(
          wish.field(),
          "Not enough free space on %s: %d bytes are left, %d were asked for."
              .formatted(on.name(), room, size));
    }
    var taken = storage.on(on).stream().map(Partition::index).toList();
    int index =
        IntStream.rangeClosed(1, MOST)
            .filter(i -> !taken.contains(i))
            .findFirst()
            .orElseThrow(
                () -> new Rejected(WHOLE, on.name() + " has " + MOST + " partitions already."));
    var made =
        new Partition(
            id,
            on.id(),
            index,
            uuid(wish.uuid(), id),
            size,
            wish.bootable(),
            List.of(),
            Optional.empty());
    return device(storage, on.id(), d -> d.table().isEmpty() ? d.withTable("GPT") : d)
        .withPartitions(Storage.plus(storage.partitions(), made));
  }

  public static Storage remove(Storage storage, Partition gone) {
    mustBeUnused(storage, WHOLE, gone.id());
    var after =
        storage.withPartitions(
            storage.partitions().stream().filter(p -> p.id() != gone.id()).toList());
    return after.partitions().stream().anyMatch(p -> p.device() == gone.device())
        ? after
        : device(after, gone.device(), d -> d.withTable(""));
  }
}
