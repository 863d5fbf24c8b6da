package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Secret;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Architecture;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.Event;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Renderings;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.network.Domain;
import io.rackstead.place.Place;
import io.rackstead.pxe.net.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Machines as objects: listing, making, reading, changing, removing.
final class MachineOperations {
  private static final String ALL = "machines/";
  private static final String ONE = "machines/{system_id}/";
  private final Parts parts;
  private final Renderings<?> rendered;

  MachineOperations(Parts parts) {
    this.parts = parts;
    this.rendered = MachineRendering.of(parts);
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Machines", ALL, "", Access.VIEW, this::list),
        post("Machines", ALL, "", Access.OPERATE, this::create),
        get("Machines", ALL, "list_allocated", Access.VIEW, this::listAllocated),
        get("Machines", ALL, "is_registered", Access.VIEW, this::isRegistered),
        get("Machines", ALL, "power_parameters", Access.ADMIN, this::allPowerParameters),
        get("Machine", ONE, "", Access.VIEW, call -> shown(machine(call))),
        put("Machine", ONE, Access.OPERATE, this::update),
        delete("Machine", ONE, Access.OPERATE, this::remove),
        get("Machine", ONE, "power_parameters", Access.ADMIN, this::powerParameters),
        post("Machine", ONE, "set_owner_data", Access.OPERATE, this::setOwnerData),
        post("Machine", ONE, "set_workload_annotations", Access.OPERATE, this::setOwnerData));
  }

  Machine machine(Call call) {
    return find(call, call.part("system_id"))
        .orElseThrow(() -> new Problem(404, "No Machine matches the given query."));
  }

  Optional<Machine> find(Call call, String id) {
    return parts
        .verbs()
        .find(call.principal(), id)
        .filter(machine -> machine.id().text().equals(id));
  }

  Reply shown(Machine machine) {
    return Dispatch.rendered(rendered.bytes(machine));
  }

  Reply shown(List<Machine> machines) {
    return Dispatch.list(machines, rendered::bytes);
  }

  Map<String, Object> shape(Machine machine) {
    return rendered.shape(machine);
  }

  List<Machine> visible(Call call) {
    return parts.machines().list().stream().filter(seenBy(call.principal())).toList();
  }

  static Predicate<Machine> seenBy(Principal principal) {
    return machine -> principal.sees(machine.labels().owner(), machine.labels().pool());
  }

  private Reply list(Call call) {
    var wanted = call.all();
    checkPlaces(wanted);
    var filter = new MachineFilter(wanted, parts.networks().now());
    var seen = seenBy(call.principal()).and(PodFilter.of(parts.surroundings().vmHosts(), wanted));
    return shown(filter.among(parts.machines(), seen).toList());
  }

  /// A name of a zone, pool or tag that nothing has is a mistake, not an empty list.
  void checkPlaces(Map<String, List<String>> wanted) {
    for (var zone : wanted.getOrDefault("zone", List.of())) {
      if (!zone.isEmpty() && parts.things().zones().find(zone).isEmpty()) {
        throw FormErrors.of("zone", "No such zone(s): '" + zone + "'.");
      }
    }
    for (var pool : wanted.getOrDefault("pool", List.of())) {
      if (!pool.isEmpty() && parts.things().pools().byNameOrId(pool).isEmpty()) {
        throw FormErrors.of("pool", "No such pool(s): '" + pool + "'.");
      }
    }
    for (var tags : wanted.getOrDefault("tags", List.of())) {
      for (var tag : tags.split("[,\\s]+", -1)) {
        if (!tag.isEmpty() && parts.things().tags().find(tag).isEmpty()) {
          throw FormErrors.of("tags", "No such tag(s): '" + tag + "'.");
        }
      }
    }
  }

  private Reply listAllocated(Call call) {
    var ids = call.texts("id");
    var username = call.principal().username();
    return shown(
        visible(call).stream()
            .filter(machine -> machine.labels().owner().equals(username))
            .filter(machine -> ids.isEmpty() || ids.contains(machine.id().text()))
            .toList());
  }

  private Reply isRegistered(Call call) {
    return Dispatch.json(
        parts.machines().byMac(mac("mac_address", call.wanted("mac_address"))).isPresent());
  }

  private static MacAddress mac(String field, String text) {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw FormErrors.of(field, "'" + text + "' is not a valid MAC address.");
    }
  }

  private static Architecture architecture(Call call) {
    var text = call.text("architecture").filter(t -> !t.isEmpty()).orElse("amd64");
    try {
      return Architecture.parse(text);
    } catch (IllegalArgumentException e) {
      throw FormErrors.of(
          "architecture",
          "'"
              + text
              + "' is not a valid architecture.  It should be one of: 'amd64/generic',"
              + " 'arm64/generic'.");
    }
  }

  private Reply create(Call call) {
    Verbs.mustOperate(call.request());
    var macs = call.list("mac_addresses").stream().map(t -> mac("mac_addresses", t)).toList();
    if (macs.isEmpty()) {
      throw FormErrors.of("mac_addresses", "At least one MAC address is required.");
    }
    var arch = architecture(call);
    var hostname = hostname(call).orElse("");
    if (!hostname.isEmpty()) {
      checkHostname(hostname, Optional.empty());
    }
    var known = macs.stream().flatMap(mac -> parts.machines().byMac(mac).stream()).findFirst();
    if (known.isPresent() && known.get().state() != State.NEW) {
      throw FormErrors.of(
          "mac_addresses",
          "A machine with one of these MAC addresses is there: " + known.get().hostname() + ".");
    }
    var machine =
        known.orElseGet(() ->
            parts
                .machines()
                .enlist(
                    Identity.of(macs, "", ""),
                    arch,
                    hostname,
                    Optional.empty(),
                    call.principal().actor(),
                    (tx, made) ->
                        Audit.write(
                            tx,
                            parts.clock().instant(),
                            Origin.of(call.request()),
                            "enlisted " + made.hostname() + " (" + made.id() + ")")));
    var power = PowerParameters.of(call, machine);
    machine = labelled(call, machine);
    machine = power.isPresent() ? powered(call, machine, power.get()) : machine;
    boolean commission = call.truth("commission").orElse(call.principal().role() == Role.ADMIN);
    if (commission) {
      machine = parts.verbs().apply(call.request(), machine, new Event.Commission());
    }
    return shown(machine);
  }

  private Machine powered(Call call, Machine machine, PowerParameters power) {
    var disc = BootMethod.of(PowerParameters.sent(call), machine, parts.networks().now());
    var switched =
        parts
            .verbs()
            .apply(
                call.request(),
                machine,
                power.event(),
                tx ->
                    power
                        .password()
                        .ifPresent(password ->
                            parts.vault().put(tx, PowerParameters.owner(machine), password)));
    return disc.isPresent() ? parts.verbs().apply(call.request(), switched, disc.get()) : switched;
  }

  private Reply update(Call call) {
    var machine = machine(call);
    Verbs.mustOperate(call.request(), machine);
    Verbs.mustBeUnlocked(machine);
    call.text("architecture")
        .filter(text -> !text.isEmpty())
        .ifPresent(_ -> {
          if (architecture(call) != machine.arch()) {
            throw FormErrors.of(
                "architecture", "The architecture is what the machine itself reports.");
          }
        });
    var power = PowerParameters.of(call, machine);
    var after = swapped(call, labelled(call, machine));
    return shown(power.isPresent() ? powered(call, after, power.get()) : after);
  }

  /// The swap file that the installed system makes; an empty value leaves that to the image.
  private Machine swapped(Call call, Machine machine) {
    if (call.text("swap_size").isEmpty()) {
      return machine;
    }
    var before = machine.node();
    var bytes = Fields.filled(call, "swap_size").map(_ -> StorageCalls.size(call, "swap_size"));
    var after = before.with(before.storage().withSwap(bytes));
    return after.equals(before)
        ? machine
        : parts
            .verbs()
            .apply(call.request(), machine, new Event.Configure(before, after, "swap size"));
  }

  /// Names and places, all in one event; nothing when nothing was said.
  private Machine labelled(Call call, Machine machine) {
    var before = machine.labels();
    var places = new LinkedHashMap<String, List<String>>();
    call.text("zone").ifPresent(zone -> places.put("zone", List.of(zone)));
    call.text("pool").ifPresent(pool -> places.put("pool", List.of(pool)));
    checkPlaces(places);
    var hostname = hostname(call).filter(text -> !text.isEmpty()).orElse(before.hostname());
    if (!hostname.equals(before.hostname())) {
      checkHostname(hostname, Optional.of(machine));
    }
    var domain = domain(call);
    var after =
        before
            .withHostname(hostname)
            .withDomain(domain.orElseGet(() -> before.domain().orElse(Domain.FIRST)))
            .withDescription(call.text("description").orElse(before.description()))
            .withPlace(
                call.text("zone").filter(t -> !t.isEmpty()).orElse(before.zone()),
                call.text("pool")
                    .filter(t -> !t.isEmpty())
                    .flatMap(parts.things().pools()::byNameOrId)
                    .map(Place::name)
                    .orElse(before.pool()));
    return after.equals(before) ? machine : parts.verbs().edit(call.request(), machine, after);
  }

  /// Clients may send `host.domain` for both.
  private static Optional<String> hostname(Call call) {
    return call.text("hostname").map(text -> text.replaceFirst("\\..*", ""));
  }

  private Optional<Long> domain(Call call) {
    var text =
        Fields.filled(call, "domain")
            .or(() ->
                call.text("hostname")
                    .filter(name -> name.contains("."))
                    .map(name -> name.substring(name.indexOf('.') + 1)));
    return text.map(name ->
        parts
            .networks()
            .now()
            .domainNamed(name)
            .orElseThrow(() -> FormErrors.of("domain", "There is no domain " + name + "."))
            .id());
  }

  private void checkHostname(String hostname, Optional<Machine> of) {
    try {
      DeployOrder.checkHostname(hostname);
    } catch (Problem e) {
      throw FormErrors.of("hostname", e.detail());
    }
    var other = parts.machines().byHostname(hostname);
    if (other.isPresent() && !other.map(Machine::id).equals(of.map(Machine::id))) {
      throw FormErrors.of("hostname", "Node with hostname '" + hostname + "' already exists");
    }
  }

  /// A name that a machine may be given, as it was sent; empty: none was.
  String freeHostname(Call call) {
    var hostname = hostname(call).orElse("");
    if (!hostname.isEmpty()) {
      checkHostname(hostname, Optional.empty());
    }
    return hostname;
  }

  /// Where a machine that is composed shall stand; what was not said is as its host.
  ///
  /// @param domain empty: the default one
  record Places(String zone, String pool, Optional<Long> domain) {}

  Places placesFor(Call call, String zone, String pool) {
    var places = new LinkedHashMap<String, List<String>>();
    call.text("zone").ifPresent(text -> places.put("zone", List.of(text)));
    call.text("pool").ifPresent(text -> places.put("pool", List.of(text)));
    checkPlaces(places);
    return new Places(
        Fields.filled(call, "zone").orElse(zone),
        Fields.filled(call, "pool")
            .flatMap(parts.things().pools()::byNameOrId)
            .map(Place::name)
            .orElse(pool),
        domain(call));
  }

  Machine placed(Call call, Machine machine, Places places) {
    var before = machine.labels();
    var after = before.withPlace(places.zone(), places.pool());
    var all = places.domain().map(after::withDomain).orElse(after);
    return all.equals(before) ? machine : parts.verbs().edit(call.request(), machine, all);
  }

  Reply remove(Call call) {
    return remove(call, machine(call));
  }

  Reply remove(Call call, Machine machine) {
    Verbs.mustOperate(call.request(), machine);
    Verbs.mustBeUnlocked(machine);
    if (machine.state().busy() && !call.truth("force").orElse(false)) {
      throw new Problem(
          409,
          machine.hostname()
              + " is "
              + machine.state().title()
              + ": abort it first, or say force=true");
    }
    parts.verbs().delete(call.request(), machine, call.truth("force").orElse(false));
    parts.devices().deleteOf(Origin.of(call.request()), machine.id());
    return Reply.none();
  }

  private Optional<Secret> password(Machine machine) {
    return parts.database().read(tx -> parts.vault().get(tx, PowerParameters.owner(machine)));
  }

  /// One of the few readings of a secret: administrators only, and each leaves a row in the audit.
  private Map<String, String> readPower(Call call, Machine machine) {
    parts
        .database()
        .change(tx ->
            Audit.write(
                tx,
                parts.clock().instant(),
                Origin.of(call.request()),
                "read power parameters of " + machine.hostname() + " (" + machine.id() + ")"));
    return PowerParameters.shape(machine, password(machine));
  }

  Reply powerParameters(Call call) {
    return Dispatch.json(readPower(call, machine(call)));
  }

  private Reply allPowerParameters(Call call) {
    var ids = call.texts("id");
    var all = new LinkedHashMap<String, Object>();
    for (var machine : visible(call)) {
      if (ids.isEmpty() || ids.contains(machine.id().text())) {
        all.put(machine.id().text(), readPower(call, machine));
      }
    }
    return Dispatch.json(all);
  }

  private Reply setOwnerData(Call call) {
    var machine = machine(call);
    Verbs.mustBeUnlocked(machine);
    if (!call.principal().mayChange(machine.labels().owner(), machine.labels().pool())
        || machine.labels().owner().isEmpty()) {
      throw new Problem(
          409,
          "Cannot set owner data: the machine is not owned"
              + (machine.labels().owner().isEmpty() ? "." : " by you."));
    }
    var data = new LinkedHashMap<>(machine.labels().ownerData());
    call.all()
        .forEach((key, values) -> {
          var value = values.getFirst();
          if (key.length() > 255 || value.length() > 65_536) {
            throw FormErrors.of(key.substring(0, Math.min(255, key.length())), "Too long.");
          }
          if (value.isEmpty()) {
            data.remove(key);
          } else {
            data.put(key, value);
          }
        });
    return shown(parts.verbs().edit(call.request(), machine, machine.labels().withOwnerData(data)));
  }
}
