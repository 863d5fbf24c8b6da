package io.rackstead.node;

import io.rackstead.network.Rejected;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Filesystems and where they are mounted. Pure; what cannot be is [Rejected].
public final class Formatting {
  private static final String WHOLE = "__all__";
  private static final List<String> KINDS =
      List.of("btrfs", "ext2", "ext4", "fat32", "swap", "vfat", "xfs");
  private static final List<String> SPECIAL = List.of("ramfs", "tmpfs");

  /// Absolute, and every part of it a name.
  private static final Pattern POINT =
      Pattern.compile("/|(?:/(?!\\.{1,2}(?:/|$))[\\x21-\\x2e\\x30-\\x7e]++)++");

  private static final Pattern OPTIONS = Pattern.compile("[\\x21-\\x7e]{0,1000}");

  private Formatting() {}

  static Storage put(Storage storage, long id, Optional<Filesystem> next) {
    return Partitioning.partition(
        Partitioning.device(storage, id, d -> d.with(next)), id, p -> p.with(next));
  }

  public static Storage format(Storage storage, long id, String fstype, String uuid, String label) {
    if (!KINDS.contains(fstype)) {
      throw new Rejected("fstype", choices(fstype, "fstype", KINDS));
    }
    if (label.length() > 255 || !label.chars().allMatch(c -> c >= 0x20 && c != 0x7f)) {
      throw new Rejected("label", "A label has at most 255 printable characters.");
    }
    Partitioning.mustBeUnused(storage, WHOLE, id);
    if (storage.partitions().stream().anyMatch(p -> p.device() == id)) {
      throw new Rejected(WHOLE, "Cannot format block device with a partition table.");
    }
    storage
        .filesystem(id)
        .filter(Filesystem::mounted)
        .ifPresent(f -> {
          throw new Rejected(
              WHOLE,
              "Cannot format "
                  + storage.called(id)
                  + ": its filesystem is mounted at "
                  + f.mountPoint()
                  + ". Unmount it first.");
        });
    return put(
        storage,
        id,
        Optional.of(new Filesystem(fstype, Partitioning.uuid(uuid, -id), label, "", "")));
  }

  private static String choices(String got, String what, List<String> all) {
    return "'%s' is not a valid %s.  It should be one of: %s."
        .formatted(got, what, String.join(", ", all));
  }

  private static Filesystem wanted(Storage storage, long id, String todo) {
    return storage
        .filesystem(id)
        .orElseThrow(() ->
            new Rejected(
                WHOLE,
                "Cannot %s %s: it holds no filesystem.".formatted(todo, storage.called(id))));
  }

  public static Storage unformat(Storage storage, long id) {
    if (wanted(storage, id, "unformat").mounted()) {
      throw new Rejected(
          WHOLE, "Filesystem is mounted and cannot be unformatted. Unmount it first.");
    }
    return put(storage, id, Optional.empty());
  }

  public static Storage mount(Storage storage, long id, String point, String options) {
    var before = wanted(storage, id, "mount");
    if (before.mounted()) {
      throw new Rejected(WHOLE, "Filesystem is already mounted at " + before.mountPoint() + ".");
    }
    boolean swap = before.fstype().equals("swap");
    if (!swap) {
      free(storage, point);
    }
    return put(storage, id, Optional.of(before.mounted(swap ? "none" : point, options(options))));
  }

  private static String options(String options) {
    if (!OPTIONS.matcher(options).matches()) {
      throw new Rejected("mount_options", "Mount options are words with commas between.");
    }
    return options;
  }

  private static void free(Storage storage, String point) {
    if (point.length() > 1000 || !POINT.matcher(point).matches()) {
      throw new Rejected("mount_point", "Enter an absolute path, got '" + point + "'.");
    }
    if (storage.filesystems().anyMatch(f -> f.mountPoint().equals(point))) {
      throw new Rejected("mount_point", "Another filesystem is already mounted at " + point + ".");
    }
  }

  public static Storage unmount(Storage storage, long id) {
    var before = wanted(storage, id, "unmount");
    if (!before.mounted()) {
      throw new Rejected(WHOLE, "Filesystem is already unmounted.");
    }
    return put(storage, id, Optional.of(before.mounted("", "")));
  }

  public static Storage mountSpecial(Storage storage, String fstype, String point, String options) {
    if (!SPECIAL.contains(fstype)) {
      throw new Rejected("fstype", choices(fstype, "fstype", SPECIAL));
    }
    free(storage, point);
    return storage.withSpecial(
        Storage.plus(storage.special(), new Filesystem(fstype, "", "", point, options(options))));
  }

  public static Storage unmountSpecial(Storage storage, String point) {
    var left = storage.special().stream().filter(f -> !f.mountPoint().equals(point)).toList();
    if (left.size() == storage.special().size()) {
      throw new Rejected("mount_point", "No special filesystem is mounted at " + point + ".");
    }
    return storage.withSpecial(left);
  }
}
