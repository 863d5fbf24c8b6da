package io.rackstead.maas;

import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Machine;
import io.rackstead.vmhost.VmHost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A VM host as MAAS's clients read it.
final class VmHostShape {
  private static final List<String> CAPABILITIES =
      List.of("composable", "dynamic_local_storage", "over_commit", "storage_pools");

  private VmHostShape() {}

  /// @param tree under which of both names it was asked for
  static Map<String, Object> of(Parts parts, VmHost host, String tree) {
    var seen = host.seen();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", host.id());
    shape.put("name", host.name());
    shape.put("type", "virsh");
    shape.put("tags", host.tags());
    shape.put("architectures", List.of(architecture(seen.facts().arch()) + "/generic"));
    shape.put("capabilities", CAPABILITIES);
    shape.put("cpu_model", seen.facts().cpuModel());
    long storage = seen.pools().stream().mapToLong(StoragePool::capacity).sum();
    long free = seen.pools().stream().mapToLong(StoragePool::available).sum();
    shape.put("total", sizes(seen.facts().cores(), seen.facts().memoryMib(), storage));
    shape.put("used", sizes(seen.usedCores(), seen.usedMemoryMib(), storage - free));
    shape.put("available", sizes(host.freeCores(), host.freeMemoryMib(), free));
    shape.put(
        "zone",
        parts
            .things()
            .zones()
            .find(host.zone())
            .map(PlaceOperations::zone)
            .orElseGet(() -> PlaceShape.zone(host.zone())));
    shape.put(
        "pool",
        parts
            .things()
            .pools()
            .find(host.pool())
            .map(PlaceOperations::pool)
            .orElseGet(() -> PlaceShape.pool(host.pool())));
    shape.put("cpu_over_commit_ratio", host.coreRatio());
    shape.put("memory_over_commit_ratio", host.memoryRatio());
    var defaultPool = parts.surroundings().vmHosts().defaultPool(host).map(StoragePool::uuid);
    shape.put(
        "storage_pools",
        seen.pools().stream()
            .map(pool -> pool(pool, defaultPool.equals(Optional.of(pool.uuid()))))
            .toList());
    shape.put("host", host(parts.surroundings().vmHosts().machineOf(host)));
    shape.put("default_macvlan_mode", Optional.empty());
    shape.put("version", "");
    shape.put("resource_uri", Dispatch.ROOT + tree + host.id() + "/");
    return shape;
  }

  private static String architecture(String arch) {
    return switch (arch) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> arch;
    };
  }

  private static Map<String, Object> sizes(int cores, long memoryMib, long bytes) {
    var sizes = new LinkedHashMap<String, Object>();
    sizes.put("cores", Math.max(0, cores));
    sizes.put("memory", Math.max(0, memoryMib));
    sizes.put("local_storage", bytes);
    return sizes;
  }

  private static Map<String, Object> pool(StoragePool pool, boolean isDefault) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", pool.uuid());
    shape.put("name", pool.name());
    shape.put("type", pool.type());
    shape.put("path", pool.path());
    shape.put("total", pool.capacity());
    shape.put("used", pool.used());
    shape.put("available", pool.available());
    shape.put("default", isDefault);
    return shape;
  }

  private static Map<String, Object> host(Optional<Machine> machine) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.map(one -> one.id().text()));
    shape.put("__incomplete__", true);
    return shape;
  }
}
