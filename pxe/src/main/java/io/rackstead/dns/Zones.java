package io.rackstead.dns;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The zones that we have authority over. A value: the next one may know other names.
public final class Zones {
  public static final Zones NONE = new Zones(List.of());

  private final Map<String, Zone> zones = new HashMap<>();

  public Zones(Collection<Zone> zones) {
    zones.forEach(zone -> this.zones.putIfAbsent(zone.origin(), zone));
  }

  static String parent(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }

  /// The nearest one above the name.
  Optional<Zone> above(String name) {
    for (var at = name; !at.isEmpty(); at = parent(at)) {
      var zone = zones.get(at);
      if (zone != null) {
        return Optional.of(zone);
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Zones that && zones.equals(that.zones);
  }

  @Override
  public int hashCode() {
    return zones.hashCode();
  }
}
