package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.name.DnsResource;
import io.rackstead.name.NameBook;
import io.rackstead.network.Domain;
import io.rackstead.network.Ip;
import io.rackstead.network.IpAddress;
import io.rackstead.network.IpAddress.Holder;
import io.rackstead.network.IpAddress.Kind;
import io.rackstead.network.Rejected;
import io.rackstead.network.Subnet;
import io.rackstead.store.Tx;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Addresses that people take for themselves: nobody else gets them, and DHCP gives one to the card
/// that it was taken for.
final class AddressOperations {
  private static final String ALL = "ipaddresses/";
  private final Parts parts;

  AddressOperations(Parts parts) {
    this.parts = parts;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("IPAddresses", ALL, "", Access.VIEW, this::list),
        post("IPAddresses", ALL, "reserve", Access.OPERATE, this::reserve),
        post("IPAddresses", ALL, "release", Access.OPERATE, this::release));
  }

  private static boolean administrator(Call call) {
    return call.principal().role() == Role.ADMIN;
  }

  private Reply list(Call call) {
    boolean every = call.truth("all").orElse(false);
    var owner = Fields.filled(call, "owner");
    if ((every || owner.isPresent()) && !administrator(call)) {
      throw new Problem(403, "Listing all IP addresses requires admin privileges.");
    }
    var ip = Fields.ip(call, "ip");
    var whose = owner.orElse(call.principal().username());
    var all = parts.networks().now();
    return Dispatch.json(
        parts.database().read(parts.networks().addresses()::all).stream()
            .filter(a -> ip.stream().allMatch(a.ip()::equals))
            .filter(a -> every || a.username().equals(whose))
            .filter(a -> every || a.kind() == Kind.USER_RESERVED)
            .map(a -> NameShape.address(all, a.ip(), Optional.of(a)))
            .toList());
  }

  private Reply reserve(Call call) {
    var asked = Fields.ip(call, "ip").or(() -> Fields.ip(call, "ip_address"));
    var mac = Fields.filled(call, "mac").map(text -> Fields.mac("mac", text));
    var subnet = subnet(call, asked);
    var origin = Origin.of(call.request());
    var name = name(call);
    var reserved =
        parts
            .networks()
            .<IpAddress>change(
                origin,
                change -> {
                  var given =
                      parts
                          .networks()
                          .addresses()
                          .allocate(
                              change.tx(),
                              subnet.id(),
                              mac,
                              Kind.USER_RESERVED,
                              asked,
                              new Holder(
                                  "",
                                  call.principal().username(),
                                  name.map(n -> n.name() + "." + n.domain().name()).orElse("")));
                  name.ifPresent(n -> named(change.tx(), origin, n, given.ip()));
                  Audit.write(
                      change.tx(),
                      parts.clock().instant(),
                      origin,
                      "reserved the address " + Ip.text(given.ip()));
                  return given;
                });
    return Dispatch.json(
        NameShape.address(parts.networks().now(), reserved.ip(), Optional.of(reserved)));
  }

  private Subnet subnet(Call call, Optional<InetAddress> asked) {
    var all = parts.networks().now();
    var text = Fields.filled(call, "subnet");
    if (text.isEmpty() && asked.isEmpty()) {
      throw new Problem(400, "No provided subnet!");
    }
    return text.map(t ->
            all.subnetNamed(t)
                .orElseThrow(() -> new Rejected("subnet", "There is no subnet " + t + ".")))
        .or(() -> asked.flatMap(all::containing))
        .orElseThrow(() -> new Rejected("ip", "No subnet has this address: name one."));
  }

  private record Named(String name, Domain domain) {}

  private Optional<Named> name(Call call) {
    var all = parts.networks().now();
    return Fields.filled(call, "hostname")
        .map(text -> {
          int dot = text.indexOf('.');
          var domain =
              dot < 0 ? Fields.filled(call, "domain") : Optional.of(text.substring(dot + 1));
          return new Named(
              dot < 0 ? text : text.substring(0, dot),
              domain
                  .map(d ->
                      all.domainNamed(d)
                          .orElseThrow(
                              () -> new Rejected("domain", "There is no domain " + d + ".")))
                  .orElseGet(all::defaultDomain));
        });
  }

  private void named(Tx tx, Origin origin, Named name, InetAddress ip) {
    parts
        .names()
        .within(
            tx,
            origin,
            change -> {
              var was = change.now().named(name.domain().id(), name.name());
              var addresses = new ArrayList<>(was.map(DnsResource::addresses).orElse(List.of()));
              addresses.add(ip);
              return change.save(
                  new DnsResource(
                      was.map(DnsResource::id).orElse(NameBook.NEW),
                      name.domain().id(),
                      name.name(),
                      was.flatMap(DnsResource::addressTtl),
                      addresses));
            });
  }

  private Reply release(Call call) {
    var ip = Fields.ip("ip", call.wanted("ip"));
    boolean force = call.truth("force").orElse(false);
    if (force && !administrator(call)) {
      throw new Problem(403, "Force-releasing an IP address requires admin privileges.");
    }
    var origin = Origin.of(call.request());
    parts
        .networks()
        .change(
            origin,
            change -> {
              var held =
                  parts
                      .networks()
                      .addresses()
                      .find(change.tx(), ip)
                      .filter(a ->
                          force
                              || a.kind() == Kind.USER_RESERVED
                                  && a.username().equals(call.principal().username()))
                      .orElseThrow(() ->
                          new Problem(
                              404,
                              "User reserved IP address (" + Ip.text(ip) + ") does not exist."));
              if (!held.machineId().isEmpty()) {
                throw new Problem(
                    403,
                    "%s is an address of the node %s: unlink it there"
                        .formatted(Ip.text(ip), held.machineId()));
              }
              parts.networks().addresses().release(change.tx(), ip);
              unnamed(change.tx(), origin, held);
              Audit.write(
                  change.tx(),
                  parts.clock().instant(),
                  origin,
                  "released the address " + Ip.text(ip));
              return true;
            });
    return Reply.none();
  }

  /// The name that came with it loses it.
  private void unnamed(Tx tx, Origin origin, IpAddress held) {
    int dot = held.hostname().indexOf('.');
    if (dot < 0) {
      return;
    }
    parts
        .networks()
        .now()
        .domainNamed(held.hostname().substring(dot + 1))
        .ifPresent(domain ->
            parts
                .names()
                .within(
                    tx,
                    origin,
                    change -> {
                      var known = change.now();
                      known
                          .named(domain.id(), held.hostname().substring(0, dot))
                          .ifPresent(was -> {
                            var rest =
                                was.addresses().stream().filter(a -> !a.equals(held.ip())).toList();
                            if (rest.isEmpty() && known.of(was).isEmpty()) {
                              change.remove(was);
                            } else {
                              change.save(
                                  new DnsResource(
                                      was.id(),
                                      was.domainId(),
                                      was.name(),
                                      was.addressTtl(),
                                      rest));
                            }
                          });
                      return true;
                    }));
  }
}
