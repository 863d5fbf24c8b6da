package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Around;
import io.rackstead.node.Interface;
import io.rackstead.node.Interface.Kind;
import io.rackstead.node.Link;
import io.rackstead.node.Setup;
import io.rackstead.node.Wiring;
import io.rackstead.pxe.net.MacAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Interfaces of a machine: physical ones, bonds, bridges and VLANs, and their links to subnets.
final class InterfaceOperations {
  private static final String ALL = "nodes/{system_id}/interfaces/";
  private static final String ONE = "nodes/{system_id}/interfaces/{id}/";
  private final Parts parts;
  private final NodeEdits edits;
  private final InterfaceShape shapes;

  InterfaceOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.edits = new NodeEdits(parts, machines);
    this.shapes = new InterfaceShape(parts.networks()::now);
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Interfaces", ALL, "", Access.VIEW, this::list),
        post("Interfaces", ALL, "create_physical", Access.OPERATE, c -> create(c, Kind.PHYSICAL)),
        post("Interfaces", ALL, "create_bond", Access.OPERATE, c -> create(c, Kind.BOND)),
        post("Interfaces", ALL, "create_bridge", Access.OPERATE, c -> create(c, Kind.BRIDGE)),
        post("Interfaces", ALL, "create_vlan", Access.OPERATE, c -> create(c, Kind.VLAN)),
        get("Interface", ONE, "", Access.VIEW, this::read),
        put("Interface", ONE, Access.OPERATE, this::update),
        delete("Interface", ONE, Access.OPERATE, this::remove),
        post("Interface", ONE, "link_subnet", Access.OPERATE, this::link),
        post("Interface", ONE, "unlink_subnet", Access.OPERATE, this::unlink),
        post("Interface", ONE, "disconnect", Access.OPERATE, this::disconnect),
        post("Interface", ONE, "set_default_gateway", Access.OPERATE, this::gateway),
        post("Interface", ONE, "add_tag", Access.OPERATE, c -> tag(c, true)),
        post("Interface", ONE, "remove_tag", Access.OPERATE, c -> tag(c, false)));
  }

  private Reply list(Call call) {
    return Dispatch.json(shapes.all(edits.node(call)));
  }

  private Reply read(Call call) {
    var machine = edits.node(call);
    return shown(machine, one(call, machine).id());
  }

  private Reply shown(Machine machine, long id) {
    return Dispatch.json(shapes.of(machine, machine.node().find(id).orElseThrow()));
  }

  private static Interface one(Call call, Machine machine) {
    return machine.node().named(call.part("id")).orElseThrow(() -> Fields.none("Interface"));
  }

  private Reply create(Call call, Kind kind) {
    var machine = edits.wirable(call);
    long id = edits.number();
    return shown(
        edits.change(
            call,
            machine,
            "made a " + kind.name().toLowerCase(Locale.ROOT) + " interface",
            setup -> Wiring.put(setup, made(call, setup, kind, id), edits.around())),
        id);
  }

  private Interface made(Call call, Setup setup, Kind kind, long id) {
    var parents = parents(call, setup);
    var first = parents.stream().findFirst().flatMap(setup::find);
    var mac =
        mac(call)
            .or(() -> kind == Kind.PHYSICAL ? Optional.empty() : first.flatMap(Interface::mac));
    if (kind == Kind.PHYSICAL && mac.isEmpty()) {
      throw new Rejected("mac_address", "This field is required.");
    }
    mac.filter(_ -> kind == Kind.PHYSICAL).ifPresent(this::mustBeNobodys);
    var vlan =
        call.text("vlan").isPresent()
            ? vlan(call)
            : kind == Kind.VLAN ? Optional.<Long>empty() : first.flatMap(Interface::vlan);
    return new Interface(
        id,
        name(call, setup, kind, first, vlan),
        kind,
        mac,
        call.truth("enabled").orElse(true),
        List.copyOf(call.list("tags")),
        vlan,
        parents,
        List.of(),
        Fields.number(call, "mtu").orElse(0),
        call.truth("link_connected").orElse(true),
        Fields.number(call, "interface_speed").orElse(0),
        Wiring.params(kind, Map.of(), params(call)));
  }

  /// Two machines with one MAC are never to be told apart.
  private void mustBeNobodys(MacAddress mac) {
    DeviceOperations.mustBeNobodys(parts, mac, Optional.empty());
    parts.machines().list().stream()
        .filter(other ->
            other.identity().macs().contains(mac)
                || other.node().interfaces().stream()
                    .anyMatch(i -> i.kind() == Kind.PHYSICAL && i.mac().equals(Optional.of(mac))))
        .findFirst()
        .ifPresent(other -> {
          throw new Rejected(
              "mac_address", "This MAC address is already in use by " + other.hostname() + ".");
        });
  }

  private String name(
      Call call, Setup setup, Kind kind, Optional<Interface> first, Optional<Long> vlan) {
    var given = Fields.filled(call, "name");
    if (kind == Kind.VLAN) {
      int vid = vlan.flatMap(edits.around()::vlan).map(Around.Vlan::vid).orElse(0);
      return given.orElseGet(() -> first.map(Interface::name).orElse("eth0") + "." + vid);
    }
    if (given.isPresent()) {
      return given.get();
    }
    if (kind != Kind.PHYSICAL) {
      throw new Rejected("name", "This field is required.");
    }
    int n = 0;
    while (setup.named("eth" + n).isPresent()) {
      n++;
    }
    return "eth" + n;
  }

  private static Optional<MacAddress> mac(Call call) {
    return Fields.filled(call, "mac_address").map(text -> Fields.mac("mac_address", text));
  }

  /// `parents` repeated, or `parent`; each by number or by name.
  private static List<Long> parents(Call call, Setup setup) {
    var asked = new LinkedHashSet<>(call.list("parents"));
    asked.addAll(call.list("parent"));
    var ids = new ArrayList<Long>();
    for (var text : asked) {
      ids.add(
          setup
              .named(text)
              .orElseThrow(() ->
                  new Rejected(
                      "parents", "Select a valid choice. " + text + " is not one of them."))
              .id());
    }
    return ids;
  }

  /// By its number; an empty value takes the interface off its VLAN.
  private Optional<Long> vlan(Call call) {
    var text = call.text("vlan").orElse("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        edits.around().vlans().stream()
            .map(Around.Vlan::id)
            .filter(id -> Long.toString(id).equals(text))
            .findFirst()
            .orElseThrow(
                () -> new Rejected("vlan", "There is no VLAN with the number " + text + ".")));
  }

  private static Map<String, String> params(Call call) {
    var params = new HashMap<String, String>();
    call.all().forEach((name, values) -> params.put(name, values.getFirst()));
    return params;
  }

  private Reply update(Call call) {
    var machine = edits.wirable(call);
    var before = one(call, machine);
    return shown(
        edits.change(
            call,
            machine,
            "changed the interface " + before.name(),
            setup -> Wiring.put(setup, updated(call, setup, before), edits.around())),
        before.id());
  }

  private Interface updated(Call call, Setup setup, Interface before) {
    boolean parents = call.text("parents").isPresent() || call.text("parent").isPresent();
    boolean physical = before.kind() == Kind.PHYSICAL;
    var mac = mac(call).or(before::mac);
    if (physical && !mac.equals(before.mac())) {
      throw new Rejected("mac_address", "The MAC address is what the machine itself reports.");
    }
    return new Interface(
        before.id(),
        Fields.filled(call, "name").orElse(before.name()),
        before.kind(),
        mac,
        call.truth("enabled").orElse(before.enabled()),
        call.text("tags").isPresent() ? call.list("tags") : before.tags(),
        call.text("vlan").isPresent() ? vlan(call) : before.vlan(),
        parents ? parents(call, setup) : before.parents(),
        before.links(),
        call.text("mtu").isPresent() ? Fields.number(call, "mtu").orElse(0) : before.mtu(),
        call.truth("link_connected").orElse(before.connected()),
        Fields.number(call, "interface_speed").orElse(before.speedMbps()),
        Wiring.params(before.kind(), before.params(), params(call)));
  }

  private Reply remove(Call call) {
    var machine = edits.wirable(call);
    var gone = one(call, machine);
    edits.change(
        call, machine, "removed the interface " + gone.name(), s -> Wiring.remove(s, gone));
    return Reply.none();
  }

  private Reply link(Call call) {
    var machine = edits.wirable(call);
    var to = one(call, machine);
    var mode = mode(call.wanted("mode"));
    long id = edits.number();
    var subnet = Fields.filled(call, "subnet").map(this::subnet);
    var address = Fields.filled(call, "ip_address").filter(_ -> mode == Link.Mode.STATIC);
    var link = new Link(id, mode, subnet, address);
    boolean force = call.truth("force").orElse(false);
    boolean gateway = call.truth("default_gateway").orElse(false);
    try {
      return shown(
          edits.change(
              call,
              machine,
              "linked " + to.name() + " as " + mode.name().toLowerCase(Locale.ROOT),
              setup -> {
                var linked = Wiring.link(setup, to, link, edits.around(), force);
                return gateway
                    ? Wiring.gateway(
                        linked, linked.find(to.id()).orElseThrow(), Optional.of(id), edits.around())
                    : linked;
              }),
          to.id());
    } catch (Problem e) {
      throw address.isPresent() && (e.status() == 400 || e.status() == 404)
          ? new Rejected("ip_address", e.detail())
          : e;
    }
  }

  private long subnet(String text) {
    return parts
        .networks()
        .now()
        .subnetNamed(text)
        .orElseThrow(() -> new Rejected("subnet", "There is no subnet " + text + "."))
        .id();
  }

  private static Link.Mode mode(String text) {
    try {
      return Link.Mode.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Rejected(
          "mode",
          "'" + text + "' is not a valid mode.  It should be one of: auto, dhcp, link_up, static.");
    }
  }

  private Reply unlink(Call call) {
    var machine = edits.wirable(call);
    var from = one(call, machine);
    int link =
        Fields.number(call, "id").orElseThrow(() -> new Rejected("id", "This field is required."));
    return shown(
        edits.change(call, machine, "unlinked " + from.name(), s -> Wiring.unlink(s, from, link)),
        from.id());
  }

  private Reply disconnect(Call call) {
    var machine = edits.wirable(call);
    var one = one(call, machine);
    return shown(
        edits.change(call, machine, "disconnected " + one.name(), s -> Wiring.disconnect(s, one)),
        one.id());
  }

  private Reply gateway(Call call) {
    var machine = edits.wirable(call);
    var one = one(call, machine);
    var link = Fields.number(call, "link_id").map(Integer::longValue);
    return shown(
        edits.change(
            call,
            machine,
            "made " + one.name() + " the default way out",
            s -> Wiring.gateway(s, one, link, edits.around())),
        one.id());
  }

  private Reply tag(Call call, boolean add) {
    var machine = edits.wirable(call);
    var one = one(call, machine);
    var tag = call.wanted("tag");
    var tags = new LinkedHashSet<>(one.tags());
    if (add) {
      tags.add(tag);
    } else {
      tags.remove(tag);
    }
    return shown(
        edits.change(
            call,
            machine,
            (add ? "tagged " : "untagged ") + one.name(),
            s -> s.change(one.id(), i -> i.withTags(List.copyOf(tags)))),
        one.id());
  }
}
