package io.rackstead.dns;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// All records below one name, by their owners.
public final class Zone {
  private final String origin;
  private final DnsRecord soa;
  private final Map<String, List<DnsRecord>> owners = new HashMap<>();
  private final Set<String> nodes = new HashSet<>();

  /// @param soa says the zone's name
  /// @param records of that name or below it, the SOA not among them; others are left out
  public Zone(DnsRecord soa, Collection<DnsRecord> records) {
    this.origin = soa.name();
    this.soa = soa;
    put(soa);
    for (var record : new LinkedHashSet<>(records)) {
      if (holds(record.name())) {
        put(record);
      }
    }
  }

  private void put(DnsRecord record) {
    owners.computeIfAbsent(record.name(), _ -> new ArrayList<>()).add(record);
    // a name between two names is there as well, without a record: RFC 8020
    for (var node = record.name();
        nodes.add(node) && !node.equals(origin) && !node.isEmpty();
        node = Zones.parent(node)) {}
  }

  boolean holds(String name) {
    return name.equals(origin) || name.endsWith("." + origin);
  }

  String origin() {
    return origin;
  }

  DnsRecord soa() {
    return soa;
  }

  List<DnsRecord> of(String name) {
    return owners.getOrDefault(name, List.of());
  }

  boolean exists(String name) {
    return nodes.contains(name);
  }

  /// The owner to answer with: the name itself, or the wildcard that stands for it (RFC 4592); an
  /// owner without records when there is none.
  String owner(String name) {
    if (exists(name)) {
      return name;
    }
    var encloser = Zones.parent(name);
    while (!exists(encloser)) {
      encloser = Zones.parent(encloser);
    }
    return "*." + encloser;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Zone that && owners.equals(that.owners);
  }

  @Override
  public int hashCode() {
    return owners.hashCode();
  }
}
