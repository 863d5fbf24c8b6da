package io.rackstead.node;

import java.util.List;
import java.util.Optional;

/// A part of a device.
///
/// @param device the number of the device that it is on
/// @param index its place in the partition table, from 1
public record Partition(
    long id,
    long device,
    int index,
    String uuid,
    long size,
    boolean bootable,
    List<String> tags,
    Optional<Filesystem> filesystem) {
  public Partition {
    tags = List.copyOf(tags);
  }

  public Partition with(Optional<Filesystem> next) {
    return new Partition(id, device, index, uuid, size, bootable, tags, next);
  }

  public Partition withTags(List<String> next) {
    return new Partition(id, device, index, uuid, size, bootable, next, filesystem);
  }
}
