package io.rackstead.node;

import io.rackstead.network.Rejected;
import io.rackstead.node.Device.Kind;
import io.rackstead.node.Volumes.Bcache;
import io.rackstead.node.Volumes.CacheSet;
import io.rackstead.node.Volumes.Group;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The layouts that have a name. Each begins with empty disks.
public final class Layouts {
  private static final long EFI = 512L << 20;

  /// What starts the system has to read its kernel from where bcache is not needed for it.
  private static final long BOOT_BESIDE_BCACHE = 1L << 30;

  /// What may be said of a layout.
  ///
  /// @param uefi the firmware starts from a partition of its own
  /// @param root the disk that it goes to; empty: the boot disk
  /// @param bootSize of a partition for `/boot`; 0: none
  /// @param rootSize 0: all that is left
  /// @param lvSize 0: the whole group
  /// @param cache empty: the smallest disk that is no spinning one
  /// @param cacheSize 0: all of it
  public record Options(
      boolean uefi,
      Optional<Device> root,
      long bootSize,
      long rootSize,
      String vgName,
      String lvName,
      long lvSize,
      Optional<Device> cache,
      long cacheSize,
      String cacheMode) {
    public static Options flat(boolean uefi, Device root) {
      return new Options(
          uefi, Optional.of(root), 0, 0, "vgroot", "lvroot", 0, Optional.empty(), 0, "writeback");
    }
  }

  private Layouts() {}

  public static Storage of(String layout, Storage storage, Options options, LongSupplier numbers) {
    var blank = storage.blank();
    return switch (layout) {
      case "blank" -> blank;
      case "flat" -> flat(blank, options, numbers);
      case "lvm" -> lvm(blank, options, numbers);
      case "bcache" -> bcache(blank, options, numbers);
      case "vmfs6", "vmfs7" ->
          throw new Rejected(
              "storage_layout",
              "The layout " + layout + " is VMware ESXi's, of which there are no images here.");
      case "custom" ->
          throw new Rejected(
              "storage_layout",
              "The layout custom is described by a commissioning script, which is not read here:"
                  + " begin with blank and make it part by part.");
      default ->
          throw new Rejected(
              "storage_layout",
              "'"
                  + layout
                  + "' is not a valid layout.  It should be one of: bcache, blank, flat, lvm.");
    };
  }

  /// What a machine has until somebody says otherwise.
  static Storage untouched(Storage storage, boolean uefi, Device boot, LongSupplier numbers) {
    boolean large = boot.size() - Sizes.TABLE - (uefi ? EFI : 0) >= Sizes.ALIGNED;
    var blank = storage.blank().bootedBy(Optional.of(boot.id()));
    return (large ? flat(blank, Options.flat(uefi, boot), numbers) : blank).laid(Storage.UNTOUCHED);
  }

  /// One partition for everything, behind those that the firmware starts from.
  private static Storage flat(Storage blank, Options options, LongSupplier numbers) {
    var laid = parted(blank, options, options.bootSize(), numbers);
    return root(laid, laid.partitions().getLast().id()).laid("flat");
  }

  private static Storage root(Storage storage, long id) {
    return Formatting.put(
        storage, id, Optional.of(new Filesystem("ext4", Storage.uuid(-id), "root", "/", "")));
  }

  private static Device disk(Storage storage, Options options) {
    return options
        .root()
        .or(storage::boot)
        .orElseThrow(() ->
            new Rejected(
                "storage_layout", "Machine doesn't have any storage devices to configure."));
  }

  /// The boot disk with its partitions; the last one is for the root and holds nothing yet. The
  /// disk that the root goes to is the one to start from: it is what an image is written to.
  private static Storage parted(
      Storage blank, Options options, long bootSize, LongSupplier numbers) {
    var disk = disk(blank, options);
    var storage = blank.bootedBy(Optional.of(disk.id()));
    if (options.uefi()) {
      storage = boot(storage, disk, EFI, "fat32", "efi", "/boot/efi", numbers);
    }
    if (bootSize > 0) {
      storage = boot(storage, disk, bootSize, "ext4", "boot", "/boot", numbers);
    }
    return Partitioning.add(
        storage,
        storage.device(disk.id()).orElseThrow(),
        numbers.getAsLong(),
        new Partitioning.Wish("root_size", options.rootSize(), "", !options.uefi()));
  }

  private static Storage boot(
      Storage storage,
      Device disk,
      long size,
      String fstype,
      String label,
      String point,
      LongSupplier numbers) {
    long id = numbers.getAsLong();
    var with =
        Partitioning.add(
            storage,
            storage.device(disk.id()).orElseThrow(),
            id,
            new Partitioning.Wish("boot_size", size, "", true));
    return Formatting.put(
        with, id, Optional.of(new Filesystem(fstype, Storage.uuid(-id), label, point, "")));
  }

  private static Storage lvm(Storage blank, Options options, LongSupplier numbers) {
    var parted = parted(blank, options, options.bootSize(), numbers);
    long id = numbers.getAsLong();
    var group =
        new Group(
            id, options.vgName(), Storage.uuid(id), List.of(parted.partitions().getLast().id()));
    long volume = numbers.getAsLong();
    var with =
        Assembling.volume(
            Assembling.put(parted, group, numbers),
            group,
            volume,
            options.lvName(),
            "",
            options.lvSize());
    return root(with, volume).laid("lvm");
  }

  /// Without a disk to cache with it is the flat layout, as in MAAS.
  private static Storage bcache(Storage blank, Options options, LongSupplier numbers) {
    var root = disk(blank, options);
    var cache =
        options
            .cache()
            .or(() ->
                blank.physical().stream()
                    .filter(d -> d.id() != root.id() && d.tags().contains("ssd"))
                    .min(java.util.Comparator.comparingLong(Device::size)));
    if (cache.isEmpty()) {
      return flat(blank, options, numbers);
    }
    if (cache.get().id() == root.id()) {
      throw new Rejected("cache_device", "The root's disk cannot be its own cache.");
    }
    long beside = options.bootSize() > 0 ? options.bootSize() : BOOT_BESIDE_BCACHE;
    var parted = parted(blank, options, beside, numbers);
    long backing = parted.partitions().getLast().id();
    long fast = numbers.getAsLong();
    var both =
        Partitioning.add(
            parted,
            cache.get(),
            fast,
            new Partitioning.Wish("cache_size", options.cacheSize(), "", false));
    long set = numbers.getAsLong();
    var cached =
        Assembling.put(both, new CacheSet(set, "cache0", Storage.uuid(set), fast), numbers);
    long id = numbers.getAsLong();
    var made =
        Assembling.put(
            cached,
            new Bcache(id, "bcache0", Storage.uuid(id), set, backing, options.cacheMode()),
            numbers);
    return made.devices().stream()
        .filter(d -> d.kind() == Kind.BCACHE)
        .findFirst()
        .map(d -> root(made, d.id()))
        .orElse(made)
        .laid("bcache");
  }
}
