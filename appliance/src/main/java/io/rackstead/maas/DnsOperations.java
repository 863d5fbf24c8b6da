package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.name.DnsData;
import io.rackstead.name.DnsResource;
import io.rackstead.name.NameBook;
import io.rackstead.name.NameBook.Known;
import io.rackstead.network.Domain;
import io.rackstead.network.IpAddress;
import io.rackstead.network.Rejected;
import io.rackstead.network.Topology;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Names with their addresses, and the other records of names.
final class DnsOperations {
  private final Parts parts;
  private final NameBook names;

  DnsOperations(Parts parts) {
    this.parts = parts;
    this.names = parts.names();
  }

  List<MaasOperation> operations() {
    return List.of(
        get("DNSResources", "dnsresources/", "", Access.VIEW, this::list),
        post("DNSResources", "dnsresources/", "", Access.OPERATE, this::add),
        get("DNSResource", "dnsresources/{id}/", "", Access.VIEW, c -> shown(resource(c))),
        put("DNSResource", "dnsresources/{id}/", Access.OPERATE, this::change),
        delete("DNSResource", "dnsresources/{id}/", Access.OPERATE, this::remove),
        get("DNSResourceRecords", "dnsresourcerecords/", "", Access.VIEW, this::records),
        post("DNSResourceRecords", "dnsresourcerecords/", "", Access.OPERATE, this::addRecord),
        get(
            "DNSResourceRecord",
            "dnsresourcerecords/{id}/",
            "",
            Access.VIEW,
            c -> shown(data(names.now(), c))),
        put("DNSResourceRecord", "dnsresourcerecords/{id}/", Access.OPERATE, this::changeRecord),
        delete(
            "DNSResourceRecord", "dnsresourcerecords/{id}/", Access.OPERATE, this::removeRecord));
  }

  private DnsResource resource(Call call) {
    return Fields.row(call, "id", "DNSResource", id -> names.now().resource(id));
  }

  private static DnsData data(Known known, Call call) {
    return Fields.row(call, "id", "DNSData", known::data);
  }

  private Function<InetAddress, Optional<IpAddress>> held() {
    Map<InetAddress, IpAddress> all =
        parts.database().read(parts.networks().addresses()::all).stream()
            .collect(Collectors.toMap(IpAddress::ip, address -> address, (a, _) -> a));
    return ip -> Optional.ofNullable(all.get(ip));
  }

  private Reply shown(DnsResource resource) {
    return Dispatch.json(NameShape.resource(parts.networks().now(), names.now(), resource, held()));
  }

  private Reply shown(DnsData data) {
    return Dispatch.json(NameShape.data(parts.networks().now(), names.now(), data));
  }

  /// What a list is narrowed by.
  private static boolean fits(Call call, Topology all, String fqdn, List<String> types) {
    var wanted = Fields.filled(call, "fqdn");
    var domain =
        Fields.filled(call, "domain")
            .map(text ->
                all.domainNamed(text)
                    .orElseThrow(() -> new Problem(404, "No Domain matches the given query."))
                    .name());
    var name = Fields.filled(call, "name");
    return wanted.stream().allMatch(fqdn::equalsIgnoreCase)
        && domain.stream().allMatch(d -> fqdn.equals(d) || fqdn.endsWith("." + d))
        && name.stream().allMatch(n -> fqdn.equals(n) || fqdn.startsWith(n + "."))
        && Fields.filled(call, "rrtype").stream()
            .allMatch(t -> types.contains(t.toUpperCase(Locale.ROOT)));
  }

  private static List<String> types(List<InetAddress> addresses, List<String> others) {
    var types = new ArrayList<>(others);
    addresses.forEach(ip -> types.add(ip instanceof java.net.Inet4Address ? "A" : "AAAA"));
    return types;
  }

  private Reply list(Call call) {
    var all = parts.networks().now();
    var known = names.now();
    var held = held();
    var shapes = new ArrayList<Map<String, Object>>();
    for (var resource : known.resources()) {
      var fqdn = resource.fqdn(all.domain(resource.domainId()).map(Domain::name).orElse(""));
      var types =
          types(resource.addresses(), known.of(resource).stream().map(DnsData::rrtype).toList());
      if (fits(call, all, fqdn, types)) {
        shapes.add(NameShape.resource(all, known, resource, held));
      }
    }
    if (call.truth("all").orElse(false)) {
      parts
          .nodes()
          .get()
          .forEach(node ->
              all.domain(node.domain())
                  .ifPresent(domain -> {
                    var fqdn = node.hostname() + "." + domain.name();
                    var addresses = List.copyOf(node.addresses());
                    if (!addresses.isEmpty()
                        && fits(call, all, fqdn, types(addresses, List.of()))) {
                      shapes.add(NameShape.computed(all, fqdn, addresses, List.of()));
                    }
                  }));
    }
    return Dispatch.json(shapes);
  }

  private record Named(Domain domain, String name) {}

  /// `fqdn`, in the longest domain that it ends with, or `name` and `domain`.
  private static Named named(Topology all, Call call) {
    var fqdn = Fields.filled(call, "fqdn").map(f -> f.endsWith(".") ? f.replaceAll("\\.$", "") : f);
    if (fqdn.isPresent()) {
      var domain =
          all.domains().stream()
              .filter(d ->
                  ("." + fqdn.get().toLowerCase(Locale.ROOT))
                      .endsWith("." + d.name().toLowerCase(Locale.ROOT)))
              .max(Comparator.comparingInt(d -> d.name().length()))
              .orElseThrow(
                  () -> new Rejected("domain", "There is no domain for " + fqdn.get() + "."));
      int rest = fqdn.get().length() - domain.name().length() - 1;
      return new Named(domain, rest < 0 ? DnsResource.APEX : fqdn.get().substring(0, rest));
    }
    var name = Fields.filled(call, "name");
    var domain = Fields.filled(call, "domain");
    if (name.isEmpty() || domain.isEmpty()) {
      throw new Problem(400, "Either fqdn or name and domain must be specified.");
    }
    return new Named(domain(all, domain.get()), name.get());
  }

  private static Domain domain(Topology all, String text) {
    return all.domainNamed(text)
        .orElseThrow(() -> new Rejected("domain", "There is no domain " + text + "."));
  }

  /// Addresses as they are, or the number of one that was reserved.
  private List<InetAddress> addresses(Call call) {
    return call.list("ip_addresses").stream()
        .map(text ->
            text.matches("[0-9]{1,18}")
                ? parts.database().read(parts.networks().addresses()::all).stream()
                    .filter(a -> Long.toString(a.id()).equals(text))
                    .map(IpAddress::ip)
                    .findFirst()
                    .orElseThrow(
                        () -> new Rejected("ip_addresses", "There is no IP address " + text + "."))
                : Fields.ip("ip_addresses", text))
        .toList();
  }

  private Reply add(Call call) {
    var all = parts.networks().now();
    var named = named(all, call);
    return shown(
        names.<DnsResource>change(
            Origin.of(call.request()),
            change -> {
              var addresses = addresses(call);
              var there = change.now().named(named.domain().id(), named.name());
              // a name that has other records only may get its addresses
              var was = there.filter(r -> r.addresses().isEmpty());
              return change.save(
                  new DnsResource(
                      was.map(DnsResource::id).orElse(NameBook.NEW),
                      named.domain().id(),
                      named.name(),
                      Fields.number(call, "address_ttl"),
                      addresses));
            }));
  }

  private Reply change(Call call) {
    var id = resource(call).id();
    return shown(
        names.<DnsResource>change(
            Origin.of(call.request()),
            change -> {
              var was = change.now().resource(id).orElseThrow(() -> Fields.none("DNSResource"));
              boolean moved = Fields.filled(call, "fqdn").isPresent();
              var named =
                  moved
                      ? Optional.of(named(parts.networks().now(), call))
                      : Optional.<Named>empty();
              return change.save(
                  new DnsResource(
                      id,
                      named
                          .map(Named::domain)
                          .or(() ->
                              Fields.filled(call, "domain")
                                  .map(text -> domain(parts.networks().now(), text)))
                          .map(Domain::id)
                          .orElse(was.domainId()),
                      named
                          .map(Named::name)
                          .or(() -> Fields.filled(call, "name"))
                          .orElse(was.name()),
                      Fields.sent(call, "address_ttl")
                          ? Fields.number(call, "address_ttl")
                          : was.addressTtl(),
                      Fields.sent(call, "ip_addresses") ? addresses(call) : was.addresses()));
            }));
  }

  private Reply remove(Call call) {
    var resource = resource(call);
    names.change(
        Origin.of(call.request()),
        change -> {
          change.remove(resource);
          return true;
        });
    return Reply.none();
  }

  private Reply records(Call call) {
    var all = parts.networks().now();
    var known = names.now();
    return Dispatch.json(
        known.data().stream()
            .filter(d ->
                known
                    .resource(d.resourceId())
                    .filter(r ->
                        fits(
                            call,
                            all,
                            r.fqdn(all.domain(r.domainId()).map(Domain::name).orElse("")),
                            List.of(d.rrtype())))
                    .isPresent())
            .map(d -> NameShape.data(all, known, d))
            .toList());
  }

  private Reply addRecord(Call call) {
    var type = call.wanted("rrtype").toUpperCase(Locale.ROOT);
    var text = call.wanted("rrdata");
    var named = named(parts.networks().now(), call);
    return shown(
        names.<DnsData>change(
            Origin.of(call.request()),
            change -> {
              var resource =
                  change
                      .now()
                      .named(named.domain().id(), named.name())
                      .orElseGet(() ->
                          change.save(
                              new DnsResource(
                                  NameBook.NEW,
                                  named.domain().id(),
                                  named.name(),
                                  Optional.empty(),
                                  List.of())));
              return change.save(
                  new DnsData(NameBook.NEW, resource.id(), type, text, Fields.number(call, "ttl")));
            }));
  }

  private Reply changeRecord(Call call) {
    return shown(
        names.<DnsData>change(
            Origin.of(call.request()),
            change -> {
              var was = data(change.now(), call);
              return change.save(
                  new DnsData(
                      was.id(),
                      was.resourceId(),
                      Fields.filled(call, "rrtype")
                          .map(t -> t.toUpperCase(Locale.ROOT))
                          .orElse(was.rrtype()),
                      Fields.filled(call, "rrdata").orElse(was.rrdata()),
                      Fields.sent(call, "ttl") ? Fields.number(call, "ttl") : was.ttl()));
            }));
  }

  private Reply removeRecord(Call call) {
    names.change(
        Origin.of(call.request()),
        change -> {
          change.remove(data(change.now(), call));
          return true;
        });
    return Reply.none();
  }
}
