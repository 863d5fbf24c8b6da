package io.rackstead.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.node.Device.Kind;
import io.rackstead.node.Device.Make;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What a report does to what the disks are to become: disks that are still there keep their
/// numbers and what was laid out on them, and where one is gone that something stood on, all of it
/// is as it was before anybody said anything.
final class Shelving {
  private Shelving() {}

  static Storage of(Storage before, Hardware hardware, LongSupplier numbers) {
    var disks = hardware.disks().stream().filter(disk -> !disk.removable()).toList();
    var said = hardware.report().tree().path("disks");
    var now = new ArrayList<Device>();
    for (var disk : disks) {
      now.add(device(before, disk, said, numbers));
    }
    boolean torn =
        before.physical().stream()
            .anyMatch(d ->
                used(before, d)
                    && now.stream().noneMatch(n -> n.id() == d.id() && n.size() == d.size()));
    var made = before.devices().stream().filter(d -> !d.physical()).toList();
    var all = new ArrayList<>(now);
    all.addAll(made);
    var after = before.withDevices(all);
    if (torn) {
      after = after.blank().laid(Storage.UNTOUCHED);
    }
    if (after.boot().isEmpty()) {
      after = after.bootedBy(Optional.empty());
    }
    return laid(after, hardware, numbers);
  }

  /// Where nobody has said anything there is the flat layout, on the disk that an image goes to
  /// when nobody says where.
  static Storage laid(Storage storage, Hardware hardware, LongSupplier numbers) {
    var best =
        storage.physical().stream()
            .min(
                Comparator.comparingInt((Device d) -> rank(hardware, d))
                    .thenComparingLong(Device::size));
    if (best.isEmpty()) {
      return storage;
    }
    if (!storage.layout().equals(Storage.UNTOUCHED)) {
      return storage.boot().isPresent() ? storage : storage.bootedBy(best.map(Device::id));
    }
    boolean so = storage.bootDisk().equals(best.map(Device::id)) && !storage.partitions().isEmpty();
    return so ? storage : Layouts.untouched(storage, uefi(hardware), best.get(), numbers);
  }

  static boolean uefi(Hardware hardware) {
    return !hardware.bootMode().equals("bios");
  }

  private static boolean used(Storage storage, Device disk) {
    return disk.filesystem().isPresent()
        || storage.user(disk.id()).isPresent()
        || !storage.on(disk).isEmpty();
  }

  private static boolean is(Device device, Disk disk) {
    return disk.identifiable()
        ? device.make().serial().equals(disk.serial()) && device.make().wwn().equals(disk.wwn())
        : device.name().equals(disk.name()) && device.make().serial().isEmpty();
  }

  private static int rank(Hardware hardware, Device device) {
    return hardware.disks().stream()
        .filter(disk -> is(device, disk))
        .findFirst()
        .map(disk ->
            (disk.identifiable() ? 0 : 3)
                + (disk.transport().equals("nvme") ? 0 : disk.rotational() ? 2 : 1))
        .orElse(6);
  }

  private static Device device(Storage before, Disk disk, JsonNode said, LongSupplier numbers) {
    var make = new Make(disk.model(), disk.serial(), disk.wwn(), idPath(disk), block(said, disk));
    return before.physical().stream()
        .filter(d -> is(d, disk))
        .findFirst()
        .map(d -> d.withName(disk.name()).withMake(make).withSize(disk.sizeBytes()))
        .orElseGet(() ->
            new Device(
                numbers.getAsLong(),
                disk.name(),
                Kind.PHYSICAL,
                Optional.empty(),
                "",
                make,
                disk.sizeBytes(),
                tags(disk),
                "",
                Optional.empty()));
  }

  private static String idPath(Disk disk) {
    if (!disk.wwn().isEmpty()) {
      return "/dev/disk/by-id/wwn-" + disk.wwn();
    }
    return disk.serial().isEmpty()
        ? ""
        : "/dev/disk/by-id/" + disk.transport() + "-" + disk.serial();
  }

  /// Of the report as it came: nothing else asks for it.
  private static int block(JsonNode disks, Disk disk) {
    for (var said : disks) {
      if (said.path("name").asText().equals(disk.name())) {
        return (int) Math.clamp(said.path("block_size").asLong(512), 512, 65_536);
      }
    }
    return 512;
  }

  /// The tags that MAAS makes itself: what kind of disk it is.
  private static List<String> tags(Disk disk) {
    var tags = new ArrayList<String>();
    tags.add(disk.rotational() ? "rotary" : "ssd");
    if (!disk.transport().isEmpty()) {
      tags.add(disk.transport());
    }
    return tags;
  }
}
