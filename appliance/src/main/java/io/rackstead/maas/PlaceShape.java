package io.rackstead.maas;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/// Where a machine stands, in MAAS's words: zone, pool, domain.
final class PlaceShape {
  static final String DOMAIN = "maas";

  private PlaceShape() {}

  static Map<String, Object> zone(String name) {
    var zone = new LinkedHashMap<String, Object>();
    zone.put("id", name.equals("default") ? 1 : number(name));
    zone.put("name", name);
    zone.put("description", "");
    zone.put(
        "resource_uri", Dispatch.ROOT + "zones/" + io.rackstead.http.Encoding.encode(name) + "/");
    return zone;
  }

  static Map<String, Object> pool(String name) {
    int id = name.equals("default") ? 0 : number(name);
    var pool = new LinkedHashMap<String, Object>();
    pool.put("id", id);
    pool.put("name", name);
    pool.put("description", name.equals("default") ? "Default pool" : "");
    pool.put("resource_uri", Dispatch.ROOT + "resourcepool/" + id + "/");
    return pool;
  }

  static Map<String, Object> domain() {
    var domain = new LinkedHashMap<String, Object>();
    domain.put("id", 0);
    domain.put("name", DOMAIN);
    domain.put("authoritative", true);
    domain.put("ttl", java.util.Optional.empty());
    domain.put("is_default", true);
    domain.put("resource_record_count", 0);
    domain.put("resource_uri", Dispatch.ROOT + "domains/0/");
    return domain;
  }

  /// A number for what has a name only: the same at each start, and an `int` for everybody.
  static int number(String name) {
    var crc = new CRC32();
    crc.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return (int) (crc.getValue() & 0x3fff_ffff) | 0x4000_0000;
  }
}
