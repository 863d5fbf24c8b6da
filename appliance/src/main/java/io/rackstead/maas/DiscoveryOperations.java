package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.neighbour.Manufacturers;
import io.rackstead.neighbour.Neighbour;
import io.rackstead.neighbour.Neighbours;
import io.rackstead.neighbour.Scan;
import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import io.rackstead.network.Vlan;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Who was seen on the networks, known or not.
final class DiscoveryOperations {
  private static final String ALL = "discovery/";
  private static final String ONE = ALL + "{discovery_id}/";

  private final Parts parts;
  private final Neighbours neighbours;
  private final Scan scan;
  private final Manufacturers manufacturers = new Manufacturers(Manufacturers.TABLE);

  DiscoveryOperations(Parts parts) {
    this.parts = parts;
    this.neighbours = parts.surroundings().neighbours();
    this.scan = parts.surroundings().scan();
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Discoveries", ALL, "", Access.VIEW, _ -> list(_ -> true)),
        get("Discoveries", ALL, "by_unknown_mac", Access.VIEW, _ -> list(unknownMac())),
        get("Discoveries", ALL, "by_unknown_ip", Access.VIEW, _ -> list(unknownIp())),
        get(
            "Discoveries",
            ALL,
            "by_unknown_ip_and_mac",
            Access.VIEW,
            _ -> list(unknownIp().and(unknownMac()))),
        post("Discoveries", ALL, "clear", Access.ADMIN, this::clear),
        post("Discoveries", ALL, "clear_by_mac_and_ip", Access.ADMIN, this::clearOne),
        post("Discoveries", ALL, "scan", Access.ADMIN, this::scan),
        get("Discovery", ONE, "", Access.VIEW, this::read));
  }

  private Reply list(Predicate<Neighbour> which) {
    neighbours.look();
    return Dispatch.json(neighbours.list().stream().filter(which).map(this::shape).toList());
  }

  private Reply read(Call call) {
    neighbours.look();
    return Dispatch.json(
        neighbours.list().stream()
            .filter(one -> id(one).equals(call.part("discovery_id")))
            .findFirst()
            .map(this::shape)
            .orElseThrow(() -> Fields.none("Discovery")));
  }

  /// That of no machine and no device.
  private Predicate<Neighbour> unknownMac() {
    var known = new HashSet<String>();
    parts.machines().list().forEach(m -> m.identity().macs().forEach(mac -> known.add(mac + "")));
    parts
        .devices()
        .list()
        .forEach(device ->
            device
                .setup()
                .interfaces()
                .forEach(i -> i.mac().ifPresent(mac -> known.add(mac.toString()))));
    return one -> !known.contains(one.mac().toString());
  }

  /// One that nobody was given: it is on no record.
  private Predicate<Neighbour> unknownIp() {
    var known = new HashSet<String>();
    parts
        .database()
        .read(tx -> parts.networks().addresses().all(tx))
        .forEach(address -> known.add(Ip.text(address.ip())));
    parts.machines().list().forEach(machine -> known.addAll(parts.addresses().apply(machine)));
    return one -> !known.contains(Ip.text(one.ip()));
  }

  private static String id(Neighbour one) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((Ip.text(one.ip()) + "," + one.mac()).getBytes(StandardCharsets.US_ASCII));
  }

  private Map<String, Object> shape(Neighbour one) {
    var networks = parts.networks().now();
    var subnet = networks.containing(one.ip());
    var vlan = subnet.map(networks::vlanOf);
    var shape = new LinkedHashMap<String, Object>();
    shape.put("discovery_id", id(one));
    shape.put("ip", Ip.text(one.ip()));
    shape.put("mac_address", one.mac().toString());
    shape.put("mac_organization", manufacturers.of(one.mac()));
    shape.put("hostname", parts.machines().byMac(one.mac()).map(m -> m.hostname()));
    shape.put(
        "fabric_name",
        vlan.flatMap(v -> networks.fabric(v.fabricId())).map(f -> f.name()).orElse(""));
    shape.put("vid", vlan.map(Vlan::vid).filter(vid -> vid != 0));
    shape.put("subnet_cidr", subnet.map(s -> s.cidr().toString()));
    shape.put("last_seen", OccupancyShape.time(one.seen()));
    shape.put("observer", observer(one.networkInterface()));
    shape.put("resource_uri", Dispatch.ROOT + ALL + id(one) + "/");
    return shape;
  }

  private static Map<String, Object> observer(String networkInterface) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", ControllerOperations.ID);
    shape.put("hostname", ControllerOperations.ID);
    shape.put("interface_id", index(networkInterface));
    shape.put("interface_name", networkInterface);
    return shape;
  }

  private static int index(String networkInterface) {
    try {
      return Optional.ofNullable(
              networkInterface.isEmpty() ? null : NetworkInterface.getByName(networkInterface))
          .map(NetworkInterface::getIndex)
          .orElse(0);
    } catch (SocketException _) {
      return 0;
    }
  }

  private Reply clear(Call call) {
    boolean all = call.truth("all").orElse(false);
    boolean known = call.truth("neighbours").orElse(false);
    if (!all && !known && !call.truth("mdns").orElse(false)) {
      throw new Problem(
          400,
          "Bad request: could not determine what data to clear. Specify 'mdns', 'neighbours', or"
              + " 'all'.");
    }
    if (all || known) {
      var _ = neighbours.clear(_ -> true);
    }
    return Reply.none();
  }

  private Reply clearOne(Call call) {
    var ip = Fields.ip("ip", call.wanted("ip"));
    var mac = Fields.mac("mac", call.wanted("mac"));
    if (neighbours.clear(one -> one.ip().equals(ip) && one.mac().equals(mac)) == 0) {
      throw Fields.none("Discovery");
    }
    return Reply.none();
  }

  private Reply scan(Call call) {
    var wanted = call.list("cidr").stream().map(text -> Fields.prefix("cidr", text)).toList();
    var networks = parts.networks().now();
    for (var cidr : wanted) {
      if (networks.subnets().stream().noneMatch(s -> s.cidr().equals(cidr))) {
        throw FormErrors.of("cidr", cidr + " is no subnet on record: those alone are scanned.");
      }
    }
    if (wanted.isEmpty() && !call.truth("force").orElse(false)) {
      throw new Problem(
          400,
          "Bad request: scanning all subnets is not allowed unless force=true is specified: it asks"
              + " every address of every subnet that this appliance is on.");
    }
    var asked = wanted.isEmpty() ? networks.subnets().stream().map(s -> s.cidr()).toList() : wanted;
    return Dispatch.json(begun(asked));
  }

  /// In the words of MAAS, whose racks each say what became of it: here is one, which is us.
  private Map<String, Object> begun(List<Prefix> asked) {
    var possible = new ArrayList<Prefix>();
    var why = new ArrayList<String>();
    for (var subnet : asked) {
      scan.objection(subnet).ifPresentOrElse(why::add, () -> possible.add(subnet));
    }
    if (possible.stream().mapToLong(s -> s.last().subtract(s.first()).longValueExact() + 1).sum()
        > Scan.MOST) {
      why.add("together they have more than " + Scan.MOST + " addresses: name fewer by cidr");
      possible.clear();
    }
    boolean started = !possible.isEmpty() && scan.start(possible);
    if (!possible.isEmpty() && !started) {
      why.add("a scan is in progress already");
    }
    var us = Set.of(ControllerOperations.ID);
    var shape = new LinkedHashMap<String, Object>();
    shape.put(
        "result",
        (started
                ? "Scanning is in-progress on all rack controllers."
                : "Scanning could not be started on any rack controller.")
            + (why.isEmpty() ? "" : " Not scanned: " + String.join("; ", why) + "."));
    shape.put("scan_attempted_on", us);
    shape.put("failed_to_connect_to", Set.of());
    shape.put("scan_started_on", started ? us : Set.of());
    shape.put("scan_failed_on", started ? Set.of() : us);
    shape.put("rpc_call_timed_out_on", Set.of());
    return shape;
  }
}
