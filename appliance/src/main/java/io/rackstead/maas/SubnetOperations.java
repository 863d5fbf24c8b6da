package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.network.Fabric;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Occupancy;
import io.rackstead.network.Rejected;
import io.rackstead.network.Subnet;
import io.rackstead.network.Topology;
import io.rackstead.network.Vlan;
import java.util.List;

/// Subnets, and what is free and taken in them.
final class SubnetOperations {
  private static final String SUBNETS = "subnets/";
  private static final String SUBNET = "subnets/{id}/";
  private final Parts parts;
  private final NetworkBook book;

  SubnetOperations(Parts parts) {
    this.parts = parts;
    book = parts.networks();
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Subnets", SUBNETS, "", Access.VIEW, _ -> list()),
        post("Subnets", SUBNETS, "", Access.ADMIN, this::add),
        get("Subnet", SUBNET, "", Access.VIEW, call -> shown(subnet(book.now(), call))),
        put("Subnet", SUBNET, Access.ADMIN, this::change),
        delete("Subnet", SUBNET, Access.ADMIN, this::remove),
        get("Subnet", SUBNET, "statistics", Access.VIEW, this::statistics),
        get("Subnet", SUBNET, "reserved_ip_ranges", Access.VIEW, this::reserved),
        get("Subnet", SUBNET, "unreserved_ip_ranges", Access.VIEW, this::unreserved),
        get("Subnet", SUBNET, "ip_addresses", Access.VIEW, this::addresses));
  }

  private Reply list() {
    var now = book.now();
    return Dispatch.json(now.subnets().stream().map(s -> NetworkShape.subnet(now, s)).toList());
  }

  private Reply shown(Subnet subnet) {
    return Dispatch.json(NetworkShape.subnet(book.now(), subnet));
  }

  private static Subnet subnet(Topology all, Call call) {
    return all.subnetNamed(call.part("id")).orElseThrow(() -> Fields.none("Subnet"));
  }

  private Reply add(Call call) {
    var cidr = Fields.prefix("cidr", Fields.required(call, "cidr"));
    return shown(
        book.<Subnet>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    edited(
                        call,
                        new Subnet(
                            NetworkBook.NEW,
                            vlan(change.now(), call, Vlan.DEFAULT),
                            cidr.toString(),
                            "",
                            cidr,
                            java.util.Optional.empty(),
                            List.of(),
                            2,
                            true,
                            true,
                            false,
                            true,
                            List.of(),
                            "")))));
  }

  private static long vlan(Topology all, Call call, long otherwise) {
    var named = Fields.filled(call, "vlan").map(text -> text.replaceFirst("^id:", ""));
    if (named.isPresent()) {
      return Topology.number(named.get())
          .flatMap(all::vlan)
          .map(Vlan::id)
          .orElseThrow(() -> new Rejected("vlan", "There is no VLAN " + named.get() + "."));
    }
    var vid = Fields.number(call, "vid");
    var fabric = Fields.filled(call, "fabric");
    if (vid.isEmpty() && fabric.isEmpty()) {
      return otherwise;
    }
    long in =
        fabric
            .map(text ->
                all.fabricNamed(text)
                    .orElseThrow(() -> new Rejected("fabric", "There is no fabric " + text + "."))
                    .id())
            .orElse(Fabric.DEFAULT);
    int wanted = vid.orElse(0);
    return all.vlan(in, wanted)
        .map(Vlan::id)
        .orElseThrow(
            () -> new Rejected("vid", "No VLAN with vid %d in that fabric.".formatted(wanted)));
  }

  /// The fields that were sent, over what is there.
  private static Subnet edited(Call call, Subnet subnet) {
    return new Subnet(
        subnet.id(),
        subnet.vlanId(),
        Fields.filled(call, "name").orElse(subnet.name()),
        call.text("description").orElse(subnet.description()),
        Fields.filled(call, "cidr").map(text -> Fields.prefix("cidr", text)).orElse(subnet.cidr()),
        Fields.sent(call, "gateway_ip") ? Fields.ip(call, "gateway_ip") : subnet.gateway(),
        Fields.sent(call, "dns_servers") ? servers(call) : subnet.dnsServers(),
        Fields.number(call, "rdns_mode").orElse(subnet.rdnsMode()),
        call.truth("allow_dns").orElse(subnet.allowDns()),
        call.truth("allow_proxy").orElse(subnet.allowProxy()),
        call.truth("active_discovery").orElse(subnet.activeDiscovery()),
        call.truth("managed").orElse(subnet.managed()),
        Fields.sent(call, "disabled_boot_architectures")
            ? architectures(call)
            : subnet.disabledBootArchitectures(),
        subnet.dhcpDomain());
  }

  private static List<java.net.InetAddress> servers(Call call) {
    var servers = Fields.ips(call, "dns_servers").stream().distinct().toList();
    if (servers.size() > 16) {
      throw new Rejected("dns_servers", "At most 16 DNS servers.");
    }
    return servers;
  }

  private static List<String> architectures(Call call) {
    var names = call.list("disabled_boot_architectures");
    if (names.size() > 32 || names.stream().anyMatch(n -> !n.matches("[A-Za-z0-9_:x-]{1,30}"))) {
      throw new Rejected("disabled_boot_architectures", "Not names of architectures.");
    }
    return names;
  }

  private Reply change(Call call) {
    return shown(
        book.<Subnet>change(
            Origin.of(call.request()),
            change -> {
              var now = change.now();
              var was = subnet(now, call);
              return change.save(edited(call, was).on(vlan(now, call, was.vlanId())));
            }));
  }

  private Reply remove(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(subnet(change.now(), call), call.truth("force").orElse(false));
          return true;
        });
    return Reply.none();
  }

  private Occupancy occupancy(Subnet subnet) {
    return Occupancy.of(
        book.now(),
        subnet,
        parts.database().read(tx -> book.addresses().of(tx, subnet.id())),
        List.of());
  }

  private Reply statistics(Call call) {
    var subnet = subnet(book.now(), call);
    return Dispatch.json(
        OccupancyShape.statistics(
            subnet, occupancy(subnet), call.truth("include_ranges").orElse(false)));
  }

  private Reply reserved(Call call) {
    return Dispatch.json(OccupancyShape.taken(occupancy(subnet(book.now(), call))));
  }

  private Reply unreserved(Call call) {
    return Dispatch.json(OccupancyShape.free(occupancy(subnet(book.now(), call))));
  }

  private Reply addresses(Call call) {
    var subnet = subnet(book.now(), call);
    boolean user = call.truth("with_username").orElse(true);
    boolean summary = call.truth("with_summary").orElse(true);
    return Dispatch.json(
        parts.database().read(tx -> book.addresses().of(tx, subnet.id())).stream()
            .map(a ->
                OccupancyShape.address(a, parts.machines(), parts.networks().now(), user, summary))
            .toList());
  }
}
