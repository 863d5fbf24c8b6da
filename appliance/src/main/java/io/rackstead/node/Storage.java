package io.rackstead.node;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// What a machine's disks are to become. A value: it is changed as a whole.
///
/// @param layout where it came from: [#UNTOUCHED], the name of a layout, or `custom` once a part of
///   it was changed
/// @param bootDisk the number of the disk that the machine starts from
/// @param special filesystems without a device: tmpfs, ramfs
/// @param swap bytes of the installed system's swap file; empty: what the image does
public record Storage(
    String layout,
    Optional<Long> bootDisk,
    List<Device> devices,
    List<Partition> partitions,
    List<Volumes.Group> groups,
    List<Volumes.Raid> raids,
    List<Volumes.CacheSet> cacheSets,
    List<Volumes.Bcache> bcaches,
    List<Filesystem> special,
    Optional<Long> swap) {
  /// Nobody has said anything: the flat layout on the disk that an image is written to by itself.
  public static final String UNTOUCHED = "default";

  public static final Storage BARE =
      new Storage(
          UNTOUCHED,
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Optional.empty());

  public Storage {
    devices = List.copyOf(devices);
    partitions = List.copyOf(partitions);
    groups = List.copyOf(groups);
    raids = List.copyOf(raids);
    cacheSets = List.copyOf(cacheSets);
    bcaches = List.copyOf(bcaches);
    special = List.copyOf(special);
  }

  /// An identifier for the thing of that number: the same each time.
  static String uuid(long id) {
    return UUID.nameUUIDFromBytes(("rackstead " + id).getBytes(StandardCharsets.US_ASCII))
        .toString();
  }

  public List<Device> physical() {
    return devices.stream().filter(Device::physical).toList();
  }

  public Optional<Device> device(long id) {
    return devices.stream().filter(d -> d.id() == id).findFirst();
  }

  /// By number or by name, as clients call it.
  public Optional<Device> named(String text) {
    return devices.stream()
        .filter(d -> Long.toString(d.id()).equals(text) || d.name().equals(text))
        .findFirst();
  }

  public Optional<Partition> partition(long id) {
    return partitions.stream().filter(p -> p.id() == id).findFirst();
  }

  public List<Partition> on(Device device) {
    var on = new ArrayList<Partition>();
    for (var partition : partitions) {
      if (partition.device() == device.id()) {
        on.add(partition);
      }
    }
    return on;
  }

  public Optional<Device> boot() {
    return bootDisk.flatMap(this::device);
  }

  public Optional<Filesystem> filesystem(long id) {
    return device(id)
        .flatMap(Device::filesystem)
        .or(() -> partition(id).flatMap(Partition::filesystem));
  }

  public Stream<Filesystem> filesystems() {
    return Stream.of(
            devices.stream().flatMap(d -> d.filesystem().stream()),
            partitions.stream().flatMap(p -> p.filesystem().stream()),
            special.stream())
        .flatMap(s -> s);
  }

  public Stream<Volumes> volumes() {
    return Stream.of(groups, raids, cacheSets, bcaches).flatMap(List::stream);
  }

  /// What a device or partition is a member of. Most machines have nothing of the kind, and are
  /// asked for each of their parts.
  public Optional<Volumes> user(long member) {
    boolean none = groups.isEmpty() && raids.isEmpty() && cacheSets.isEmpty() && bcaches.isEmpty();
    return none
        ? Optional.empty()
        : volumes().filter(v -> v.members().contains(member)).findFirst();
  }

  public List<Device> madeOf(Volumes volumes) {
    return devices.stream().filter(d -> d.madeOf().equals(Optional.of(volumes.id()))).toList();
  }

  /// What people call a device or partition.
  public String called(long id) {
    return device(id)
        .map(Device::name)
        .or(() ->
            partition(id)
                .map(p -> device(p.device()).map(Device::name).orElse("") + "-part" + p.index()))
        .orElse("device " + id);
  }

  /// Nothing on any disk; what was made of disks is no more, the disks and their tags stay.
  Storage blank() {
    return new Storage(
        "blank",
        bootDisk.filter(id -> physical().stream().anyMatch(d -> d.id() == id)),
        physical().stream().map(d -> d.with(Optional.empty()).withTable("")).toList(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        swap);
  }

  /// As if nobody had ever said anything.
  Storage released() {
    return layout.equals(UNTOUCHED) ? this : blank().bootedBy(Optional.empty()).laid(UNTOUCHED);
  }

  /// There are disks, and nobody has laid anything out on them.
  public boolean waits() {
    return layout.equals(UNTOUCHED) && partitions.isEmpty() && !devices.isEmpty();
  }

  /// A part of it was changed: it is nobody's layout but their own.
  public Storage custom() {
    return laid("custom");
  }

  Storage laid(String as) {
    return new Storage(
        as, bootDisk, devices, partitions, groups, raids, cacheSets, bcaches, special, swap);
  }

  Storage bootedBy(Optional<Long> disk) {
    return new Storage(
        layout, disk, devices, partitions, groups, raids, cacheSets, bcaches, special, swap);
  }

  Storage withDevices(List<Device> next) {
    return new Storage(
        layout, bootDisk, next, partitions, groups, raids, cacheSets, bcaches, special, swap);
  }

  Storage withPartitions(List<Partition> next) {
    return new Storage(
        layout, bootDisk, devices, next, groups, raids, cacheSets, bcaches, special, swap);
  }

  Storage withGroups(List<Volumes.Group> next) {
    return new Storage(
        layout, bootDisk, devices, partitions, next, raids, cacheSets, bcaches, special, swap);
  }

  Storage withRaids(List<Volumes.Raid> next) {
    return new Storage(
        layout, bootDisk, devices, partitions, groups, next, cacheSets, bcaches, special, swap);
  }

  Storage withCacheSets(List<Volumes.CacheSet> next) {
    return new Storage(
        layout, bootDisk, devices, partitions, groups, raids, next, bcaches, special, swap);
  }

  Storage withBcaches(List<Volumes.Bcache> next) {
    return new Storage(
        layout, bootDisk, devices, partitions, groups, raids, cacheSets, next, special, swap);
  }

  Storage withSpecial(List<Filesystem> next) {
    return new Storage(
        layout, bootDisk, devices, partitions, groups, raids, cacheSets, bcaches, next, swap);
  }

  public Storage withSwap(Optional<Long> bytes) {
    return new Storage(
        layout, bootDisk, devices, partitions, groups, raids, cacheSets, bcaches, special, bytes);
  }

  /// The list with one more, or with another in the place of the one with its number.
  static <T extends Volumes> List<T> with(List<T> list, T one) {
    var all = new ArrayList<T>();
    boolean known = false;
    for (var other : list) {
      boolean same = other.id() == one.id();
      known |= same;
      all.add(same ? one : other);
    }
    if (!known) {
      all.add(one);
    }
    return all;
  }

  static <T> List<T> plus(List<T> list, T one) {
    var all = new ArrayList<>(list);
    all.add(one);
    return all;
  }
}
