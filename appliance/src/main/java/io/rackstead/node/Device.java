package io.rackstead.node;

import java.util.List;
import java.util.Optional;

/// A block device: a disk that the hardware has, or one that is made of others.
///
/// @param madeOf the number of the volume group, RAID or bcache that it comes from; empty: hardware
/// @param table `GPT` or `MBR`; empty: no partition table
public record Device(
    long id,
    String name,
    Kind kind,
    Optional<Long> madeOf,
    String uuid,
    Make make,
    long size,
    List<String> tags,
    String table,
    Optional<Filesystem> filesystem) {
  public enum Kind {
    PHYSICAL,
    LOGICAL,
    RAID,
    BCACHE
  }

  /// What is written on a disk.
  ///
  /// @param idPath how the kernel calls this very disk, wherever it is plugged in
  public record Make(String model, String serial, String wwn, String idPath, int blockSize) {
    static final Make NONE = new Make("", "", "", "", 512);
  }

  public Device {
    tags = List.copyOf(tags);
  }

  public boolean physical() {
    return kind == Kind.PHYSICAL;
  }

  public Device with(Optional<Filesystem> next) {
    return new Device(id, name, kind, madeOf, uuid, make, size, tags, table, next);
  }

  public Device withTable(String next) {
    return new Device(id, name, kind, madeOf, uuid, make, size, tags, next, filesystem);
  }

  public Device withTags(List<String> next) {
    return new Device(id, name, kind, madeOf, uuid, make, size, next, table, filesystem);
  }

  public Device withName(String next) {
    return new Device(id, next, kind, madeOf, uuid, make, size, tags, table, filesystem);
  }

  public Device withSize(long next) {
    return new Device(id, name, kind, madeOf, uuid, make, next, tags, table, filesystem);
  }

  Device withMake(Make next) {
    return new Device(id, name, kind, madeOf, uuid, next, size, tags, table, filesystem);
  }
}
