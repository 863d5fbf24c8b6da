package io.rackstead.node;

import io.rackstead.node.Volumes.Group;
import io.rackstead.node.Volumes.Raid;

/// How many bytes of everything there are, as MAAS counts them.
public final class Sizes {
  /// Partitions begin and end on this, and it is the extent of a volume group.
  public static final long ALIGNED = 4L << 20;

  /// Kept free for the partition table: 4 MiB in front, 1 MiB for its copy at the end.
  static final long TABLE = 5L << 20;

  /// What MD writes of its own on each member.
  private static final long SUPERBLOCK = 2L << 20;

  private Sizes() {}

  public static long aligned(long size) {
    return size - size % ALIGNED;
  }

  /// What a partition on it could have.
  static long room(Storage storage, Device device) {
    long used = storage.on(device).stream().mapToLong(Partition::size).sum();
    return aligned(Math.max(0, device.size() - TABLE - used));
  }

  /// What nothing stands on.
  public static long available(Storage storage, Device device) {
    return device.filesystem().isPresent() || storage.user(device.id()).isPresent()
        ? 0
        : room(storage, device);
  }

  static long of(Storage storage, long member) {
    return storage
        .device(member)
        .map(Device::size)
        .or(() -> storage.partition(member).map(Partition::size))
        .orElse(0L);
  }

  /// Each member gives one extent for what LVM writes of itself.
  public static long of(Storage storage, Group group) {
    return group.members().stream()
        .mapToLong(m -> Math.max(0, aligned(of(storage, m)) - ALIGNED))
        .sum();
  }

  public static long available(Storage storage, Group group) {
    return of(storage, group) - storage.madeOf(group).stream().mapToLong(Device::size).sum();
  }

  public static long of(Storage storage, Raid raid) {
    long least =
        raid.active().stream()
            .mapToLong(m -> aligned(Math.max(0, of(storage, m) - SUPERBLOCK)))
            .min()
            .orElse(0);
    int n = raid.active().size();
    return switch (raid.level()) {
      case "raid-0" -> least * n;
      case "raid-5" -> least * (n - 1);
      case "raid-6" -> least * (n - 2);
      case "raid-10" -> aligned(least * n / 2);
      default -> least;
    };
  }
}
