package io.rackstead.maas;

import io.rackstead.commission.Hardware.Disk;
import io.rackstead.machine.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A machine's block devices in MAAS's shape.
final class DeviceShape {
  private static final long PARTITION_TABLE = 4L << 20;

  private DeviceShape() {}

  static List<Map<String, Object>> disks(Machine machine) {
    return disksOf(machine).stream().map(disk -> disk(machine, disk)).toList();
  }

  static List<Disk> disksOf(Machine machine) {
    return machine.hardware().map(h -> h.disks()).orElse(List.of()).stream()
        .filter(disk -> !disk.removable())
        .toList();
  }

  static int id(Disk disk) {
    return PlaceShape.number(disk.name() + "/" + disk.serial() + "/" + disk.wwn());
  }

  /// The tags that MAAS makes itself: what kind of disk it is.
  static List<String> tags(Disk disk) {
    var tags = new ArrayList<String>();
    tags.add(disk.rotational() ? "rotary" : "ssd");
    if (!disk.transport().isEmpty()) {
      tags.add(disk.transport());
    }
    return tags;
  }

  private static Map<String, Object> disk(Machine machine, Disk disk) {
    int id = id(disk);
    boolean used = !disk.holds().isEmpty();
    long size = disk.sizeBytes();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("id", id);
    shape.put("name", disk.name());
    shape.put("type", "physical");
    shape.put("path", "/dev/disk/by-dname/" + disk.name());
    shape.put("uuid", Optional.empty());
    shape.put("model", disk.model());
    shape.put("serial", disk.serial());
    shape.put("id_path", idPath(disk));
    shape.put("size", size);
    shape.put("block_size", 512);
    shape.put("available_size", used ? 0 : Math.max(0, size - PARTITION_TABLE));
    shape.put("used_size", used ? size : Math.min(size, PARTITION_TABLE));
    shape.put("used_for", used ? String.join(", ", disk.holds()) : "Unused");
    shape.put("tags", tags(disk));
    shape.put("filesystem", Optional.empty());
    shape.put("partition_table_type", Optional.empty());
    shape.put("partitions", List.of());
    shape.put("firmware_version", Optional.empty());
    shape.put("storage_pool", Optional.empty());
    shape.put("numa_node", 0);
    shape.put(
        "resource_uri", Dispatch.ROOT + "nodes/" + machine.id() + "/blockdevices/" + id + "/");
    return shape;
  }

  private static Optional<String> idPath(Disk disk) {
    if (!disk.wwn().isEmpty()) {
      return Optional.of("/dev/disk/by-id/wwn-" + disk.wwn());
    }
    return disk.serial().isEmpty()
        ? Optional.empty()
        : Optional.of("/dev/disk/by-id/" + disk.transport() + "-" + disk.serial());
  }
}
