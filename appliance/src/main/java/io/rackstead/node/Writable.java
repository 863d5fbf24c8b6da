package io.rackstead.node;

import java.util.List;
import java.util.Optional;

/// What of a layout the engine of today can install: an image goes onto one disk as it is, and its
/// root grows. A layout that is more than that is refused before anything moves; whoever teaches
/// the engine more widens this.
public sealed interface Writable {
  /// @param disk WWN or serial number; empty: whichever suits best
  /// @param rootBytes what the root partition grows to; 0: all that is left
  record Onto(String disk, long rootBytes) implements Writable {}

  record Not(String why) implements Writable {}

  /// @param filesystem what the image brings for `/`
  static Writable of(Storage storage, String filesystem) {
    if (storage.layout().equals(Storage.UNTOUCHED) || storage.devices().isEmpty()) {
      return storage.special().isEmpty() ? new Onto("", 0) : special(storage);
    }
    if (!storage.special().isEmpty()) {
      return special(storage);
    }
    var made = storage.volumes().findFirst();
    if (made.isPresent()) {
      return new Not(
          "%s is the %s"
              .formatted(
                  storage.called(made.get().members().getFirst()),
                  made.get().role(made.get().members().getFirst())));
    }
    var root =
        storage.partitions().stream()
            .filter(p -> p.filesystem().map(f -> f.mountPoint().equals("/")).orElse(false))
            .findFirst();
    if (root.isEmpty()) {
      return new Not("no partition is mounted at /");
    }
    var disk = storage.device(root.get().device()).orElseThrow();
    if (!storage.bootDisk().equals(Optional.of(disk.id()))) {
      return new Not(
          "/ is on %s and the boot disk is %s"
              .formatted(disk.name(), storage.boot().map(Device::name).orElse("none")));
    }
    return beside(storage, disk)
        .or(() -> before(storage, disk, root.get()))
        .or(() -> otherwise(storage, root.get(), filesystem))
        .<Writable>map(Not::new)
        .orElseGet(() -> onto(storage, disk, root.get()));
  }

  private static Not special(Storage storage) {
    var first = storage.special().getFirst();
    return new Not("a %s is mounted at %s".formatted(first.fstype(), first.mountPoint()));
  }

  private static Optional<String> beside(Storage storage, Device disk) {
    return storage.devices().stream()
        .filter(d -> d.id() != disk.id())
        .filter(d -> d.filesystem().isPresent() || !storage.on(d).isEmpty())
        .findFirst()
        .map(d -> d.name() + " is used beside the boot disk " + disk.name());
  }

  private static Optional<String> before(Storage storage, Device disk, Partition root) {
    return storage.on(disk).stream()
        .filter(p -> p.id() != root.id() && !firmware(p))
        .findFirst()
        .map(p ->
            "%s is %s, and beside / only the firmware's own partition is written"
                .formatted(
                    storage.called(p.id()),
                    p.filesystem()
                        .map(f -> f.mounted() ? "mounted at " + f.mountPoint() : f.fstype())
                        .orElse("a partition of its own")));
  }

  private static boolean firmware(Partition partition) {
    return partition.filesystem().map(f -> f.mountPoint().equals("/boot/efi")).orElse(false);
  }

  private static Optional<String> otherwise(Storage storage, Partition root, String filesystem) {
    var type = root.filesystem().map(Filesystem::fstype).orElse("");
    return type.equals(filesystem)
        ? Optional.empty()
        : Optional.of(
            "%s is to be %s and the image brings %s"
                .formatted(storage.called(root.id()), type, filesystem));
  }

  private static Writable onto(Storage storage, Device disk, Partition root) {
    var hint = hint(storage, disk);
    return hint.isEmpty()
        ? new Not(disk.name() + " has no serial number or WWN of its own to be told by")
        : new Onto(hint, Sizes.room(storage, disk) < Sizes.ALIGNED ? 0 : root.size());
  }

  /// What tells it from the others: some controllers give all their disks one serial number.
  private static String hint(Storage storage, Device disk) {
    for (var word : List.of(disk.make().wwn(), disk.make().serial())) {
      boolean own =
          storage.physical().stream()
                  .filter(d -> d.make().wwn().equals(word) || d.make().serial().equals(word))
                  .count()
              == 1;
      if (own && !word.isEmpty()) {
        return word;
      }
    }
    return "";
  }
}
