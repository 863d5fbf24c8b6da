package io.rackstead.maas;

import io.rackstead.name.DnsData;
import io.rackstead.name.DnsResource;
import io.rackstead.name.NameBook.Known;
import io.rackstead.network.Domain;
import io.rackstead.network.Ip;
import io.rackstead.network.IpAddress;
import io.rackstead.network.Topology;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Domains, names, their records and addresses in MAAS's shape.
final class NameShape {
  private NameShape() {}

  static Map<String, Object> domain(Domain domain, Known known) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", domain.id());
    shape.put("name", domain.name());
    shape.put("authoritative", domain.authoritative());
    shape.put("ttl", domain.ttl());
    shape.put("is_default", domain.isDefault());
    shape.put("resource_record_count", known.count(domain.id()));
    shape.put("forward_dns_servers", domain.forward().stream().map(Ip::text).toList());
    shape.put("resource_uri", Dispatch.ROOT + "domains/" + domain.id() + "/");
    return shape;
  }

  /// @param held who has an address, where somebody has it
  static Map<String, Object> resource(
      Topology all,
      Known known,
      DnsResource resource,
      Function<InetAddress, Optional<IpAddress>> held) {
    var shape = new LinkedHashMap<String, Object>();
    var domain = all.domain(resource.domainId()).map(Domain::name).orElse("");
    shape.put("id", resource.id());
    shape.put("fqdn", resource.fqdn(domain));
    shape.put("address_ttl", resource.addressTtl());
    shape.put(
        "ip_addresses",
        resource.addresses().stream().map(ip -> address(all, ip, held.apply(ip))).toList());
    shape.put(
        "resource_records", known.of(resource).stream().map(d -> data(all, known, d)).toList());
    shape.put("resource_uri", Dispatch.ROOT + "dnsresources/" + resource.id() + "/");
    return shape;
  }

  /// A name that comes of a node or of the domain itself: there is no object behind it.
  static Map<String, Object> computed(
      Topology all, String fqdn, List<InetAddress> addresses, List<Map<String, Object>> records) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", -1);
    shape.put("fqdn", fqdn);
    shape.put("address_ttl", Optional.empty());
    shape.put(
        "ip_addresses", addresses.stream().map(ip -> address(all, ip, Optional.empty())).toList());
    shape.put("resource_records", records);
    shape.put("resource_uri", Dispatch.ROOT + "dnsresources/-1/");
    return shape;
  }

  static Map<String, Object> data(Topology all, Known known, DnsData data) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", data.id());
    shape.put(
        "fqdn",
        known
            .resource(data.resourceId())
            .map(r -> r.fqdn(all.domain(r.domainId()).map(Domain::name).orElse("")))
            .orElse(""));
    shape.put("rrtype", data.rrtype());
    shape.put("rrdata", data.rrdata());
    shape.put("ttl", data.ttl());
    shape.put("resource_uri", Dispatch.ROOT + "dnsresourcerecords/" + data.id() + "/");
    return shape;
  }

  static Map<String, Object> address(Topology all, InetAddress ip, Optional<IpAddress> held) {
    var kind = held.map(IpAddress::kind).orElse(IpAddress.Kind.USER_RESERVED);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("alloc_type", kind.number());
    shape.put("alloc_type_name", kind.words());
    shape.put("created", OccupancyShape.time(held.map(IpAddress::createdAt).orElse(Instant.EPOCH)));
    shape.put("ip", Ip.text(ip));
    shape.put("owner", held.map(IpAddress::username).flatMap(NetworkShape::owner));
    shape.put("interface_set", List.of());
    shape.put(
        "subnet",
        held.flatMap(h -> all.subnet(h.subnetId()))
            .or(() -> all.containing(ip))
            .map(s -> NetworkShape.subnet(all, s)));
    shape.put("resource_uri", Dispatch.ROOT + "ipaddresses/");
    return shape;
  }
}
