package io.rackstead.maas;

import io.rackstead.machine.Machine;
import io.rackstead.node.Device;
import io.rackstead.node.Sizes;
import io.rackstead.node.Volumes;
import io.rackstead.node.Volumes.Bcache;
import io.rackstead.node.Volumes.CacheSet;
import io.rackstead.node.Volumes.Group;
import io.rackstead.node.Volumes.Raid;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Volume groups, RAIDs, cache sets and bcaches in MAAS's shape.
final class VolumeShape {
  private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB", "TB", "PB");

  private VolumeShape() {}

  /// As it stands in a machine, where clients ask for the rest.
  static List<Map<String, Object>> named(Machine machine, List<? extends Volumes> all) {
    return all.stream()
        .map(v ->
            Map.<String, Object>of(
                "system_id", machine.id().text(), "id", v.id(), "__incomplete__", true))
        .toList();
  }

  static Map<String, Object> of(Machine machine, Volumes of) {
    var storage = machine.node().storage();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("id", of.id());
    shape.put("name", of.name());
    var made = storage.madeOf(of);
    switch (of) {
      case Group group -> {
        long size = Sizes.of(storage, group);
        long free = Sizes.available(storage, group);
        shape.put("uuid", group.uuid());
        shape.put("devices", members(machine, group.members()));
        sized(shape, "", size);
        sized(shape, "available_", free);
        sized(shape, "used_", size - free);
        shape.put("logical_volumes", DeviceShape.all(machine, made));
      }
      case Raid raid -> {
        shape.put("uuid", raid.uuid());
        shape.put("level", raid.level());
        shape.put("devices", members(machine, raid.active()));
        shape.put("spare_devices", members(machine, raid.spares()));
        sized(shape, "", Sizes.of(storage, raid));
        shape.put("virtual_device", virtual(machine, made));
      }
      case CacheSet set -> shape.put("cache_device", DeviceShape.of(machine, set.device()));
      case Bcache bcache -> {
        shape.put("uuid", bcache.uuid());
        shape.put("cache_mode", bcache.mode());
        shape.put(
            "cache_set",
            storage.cacheSets().stream()
                .filter(c -> c.id() == bcache.cacheSet())
                .findFirst()
                .map(c -> of(machine, c)));
        shape.put("backing_device", DeviceShape.of(machine, bcache.backing()));
        sized(shape, "", made.stream().mapToLong(Device::size).sum());
        shape.put("virtual_device", virtual(machine, made));
      }
    }
    shape.put(
        "resource_uri",
        Dispatch.ROOT + "nodes/" + machine.id() + "/" + path(of) + "/" + of.id() + "/");
    return shape;
  }

  private static String path(Volumes of) {
    return switch (of) {
      case Group _ -> "volume-group";
      case Raid _ -> "raid";
      case CacheSet _ -> "bcache-cache-set";
      case Bcache _ -> "bcache";
    };
  }

  private static Optional<Map<String, Object>> virtual(Machine machine, List<Device> made) {
    return made.stream().findFirst().map(device -> DeviceShape.of(machine, device));
  }

  private static List<Map<String, Object>> members(Machine machine, List<Long> ids) {
    return ids.stream().flatMap(id -> DeviceShape.of(machine, id).stream()).toList();
  }

  private static void sized(Map<String, Object> shape, String what, long bytes) {
    shape.put(what + "size", bytes);
    shape.put("human_" + what + "size", human(bytes));
  }

  /// `8.6 GB`, in decimal units.
  static String human(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.size() - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.1f %s", value, UNITS.get(unit));
  }
}
