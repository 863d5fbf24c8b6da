package io.rackstead.maas;

import io.rackstead.machine.Machine;
import io.rackstead.node.Device;
import io.rackstead.node.Filesystem;
import io.rackstead.node.Partition;
import io.rackstead.node.Sizes;
import io.rackstead.node.Storage;
import io.rackstead.node.Volumes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A machine's block devices, partitions and filesystems in MAAS's shape.
final class DeviceShape {
  private DeviceShape() {}

  static List<Map<String, Object>> all(Machine machine, List<Device> devices) {
    return devices.stream().map(device -> of(machine, device)).toList();
  }

  /// Of a device or partition.
  static Optional<Map<String, Object>> of(Machine machine, long id) {
    var storage = machine.node().storage();
    return storage
        .device(id)
        .map(d -> of(machine, d))
        .or(() ->
            storage
                .partition(id)
                .map(p -> of(machine, storage.device(p.device()).orElseThrow(), p)));
  }

  static Map<String, Object> of(Machine machine, Device device) {
    var storage = machine.node().storage();
    long available = Sizes.available(storage, device);
    var parts = partitions(machine, device);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("id", device.id());
    shape.put("name", device.name());
    shape.put("type", device.physical() ? "physical" : "virtual");
    shape.put("path", path(device));
    shape.put("uuid", text(device.uuid()));
    shape.put("model", device.physical() ? Optional.of(device.make().model()) : Optional.empty());
    shape.put("serial", device.physical() ? Optional.of(device.make().serial()) : Optional.empty());
    shape.put("id_path", text(device.make().idPath()));
    shape.put("size", device.size());
    shape.put("block_size", device.make().blockSize());
    shape.put("available_size", available);
    shape.put("used_size", device.size() - available);
    shape.put("used_for", usedFor(storage, device, parts.size()));
    shape.put("tags", device.tags());
    shape.put("filesystem", filesystem(storage, device.id(), device.filesystem()));
    shape.put("partition_table_type", text(device.table()));
    shape.put("partitions", parts);
    shape.put("firmware_version", Optional.empty());
    shape.put("storage_pool", Optional.empty());
    shape.put("numa_node", device.physical() ? Optional.of(0) : Optional.empty());
    shape.put("resource_uri", uri(machine, device));
    return shape;
  }

  private static String path(Device device) {
    return "/dev/disk/by-dname/" + device.name();
  }

  private static String uri(Machine machine, Device device) {
    return Dispatch.ROOT + "nodes/" + machine.id() + "/blockdevices/" + device.id() + "/";
  }

  private static String usedFor(Storage storage, Device device, int parts) {
    return parts > 0
        ? "%s partitioned with %d partition%s"
            .formatted(device.table(), parts, parts == 1 ? "" : "s")
        : usedFor(storage, device.id(), device.filesystem());
  }

  private static String usedFor(Storage storage, long id, Optional<Filesystem> filesystem) {
    return storage
        .user(id)
        .map(user -> user.role(id))
        .or(() ->
            filesystem.map(f ->
                f.mounted()
                    ? f.fstype() + " formatted filesystem mounted at " + f.mountPoint()
                    : "Unmounted " + f.fstype() + " formatted filesystem"))
        .orElse("Unused");
  }

  static List<Map<String, Object>> partitions(Machine machine, Device device) {
    var shapes = new ArrayList<Map<String, Object>>();
    for (var partition : machine.node().storage().on(device)) {
      shapes.add(of(machine, device, partition));
    }
    return shapes;
  }

  private static Map<String, Object> of(Machine machine, Device device, Partition partition) {
    var storage = machine.node().storage();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("device_id", device.id());
    shape.put("id", partition.id());
    shape.put("uuid", partition.uuid());
    shape.put("path", path(device) + "-part" + partition.index());
    shape.put("type", "partition");
    shape.put("size", partition.size());
    shape.put("bootable", partition.bootable());
    shape.put("used_for", usedFor(storage, partition.id(), partition.filesystem()));
    shape.put("tags", partition.tags());
    shape.put("filesystem", filesystem(storage, partition.id(), partition.filesystem()));
    shape.put("resource_uri", uri(machine, device) + "partition/" + partition.id());
    return shape;
  }

  /// What somebody formatted it as, or what a volume that it is a member of makes of it.
  private static Optional<Map<String, Object>> filesystem(
      Storage storage, long id, Optional<Filesystem> own) {
    return storage
        .user(id)
        .map(user -> filesystem(new Filesystem(user.format(id), member(user, id), "", "", "")))
        .or(() -> own.map(DeviceShape::filesystem));
  }

  private static String member(Volumes of, long id) {
    return UUID.nameUUIDFromBytes((of.uuid() + id).getBytes(StandardCharsets.US_ASCII)).toString();
  }

  static Map<String, Object> filesystem(Filesystem filesystem) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("fstype", filesystem.fstype());
    shape.put("uuid", filesystem.uuid());
    shape.put("label", text(filesystem.label()));
    shape.put("mount_point", text(filesystem.mountPoint()));
    shape.put("mount_options", text(filesystem.mountOptions()));
    return shape;
  }

  private static Optional<String> text(String text) {
    return Optional.of(text).filter(t -> !t.isEmpty());
  }
}
