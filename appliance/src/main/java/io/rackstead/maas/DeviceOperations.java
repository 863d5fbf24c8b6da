package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.device.Device;
import io.rackstead.device.Devices;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.Labels;
import io.rackstead.network.Domain;
import io.rackstead.network.Rejected;
import io.rackstead.node.Link;
import io.rackstead.node.Setup;
import io.rackstead.pxe.net.MacAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Devices: made by whoever needs one, theirs until they give it up.
final class DeviceOperations {
  private static final String ALL = "devices/";
  private static final String ONE = "devices/{system_id}/";
  private final Parts parts;
  private final MachineOperations machines;
  private final Devices devices;
  private final InterfaceShape interfaces;

  DeviceOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
    this.devices = parts.devices();
    this.interfaces = new InterfaceShape(parts.networks()::now);
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Devices", ALL, "", Access.VIEW, this::list),
        post("Devices", ALL, "", Access.OPERATE, this::create),
        get("Devices", ALL, "is_registered", Access.VIEW, this::isRegistered),
        get("Device", ONE, "", Access.VIEW, call -> shown(device(call))),
        put("Device", ONE, Access.OPERATE, this::update),
        delete("Device", ONE, Access.OPERATE, this::remove),
        post("Device", ONE, "set_owner_data", Access.OPERATE, this::setOwnerData),
        post("Device", ONE, "set_workload_annotations", Access.OPERATE, this::setOwnerData),
        post("Device", ONE, "restore_networking_configuration", Access.OPERATE, this::restore),
        post("Device", ONE, "restore_default_configuration", Access.OPERATE, this::restore));
  }

  private Device device(Call call) {
    return devices
        .find(call.part("system_id"))
        .filter(d -> call.principal().sees(d.labels().owner()))
        .orElseThrow(() -> Fields.none("Device"));
  }

  private Device changeable(Call call) {
    var device = device(call);
    if (!call.principal().mayChange(device.labels().owner())) {
      throw new Problem(403, device.labels().hostname() + " is not yours to change.");
    }
    return device;
  }

  private Reply shown(Device device) {
    return Dispatch.json(shape(device));
  }

  private Map<String, Object> shape(Device device) {
    var all = parts.networks().now();
    var machine = device.asMachine();
    var labels = device.labels();
    var shape = new LinkedHashMap<String, Object>();
    var addresses = new LinkedHashSet<>(device.setup().addresses());
    addresses.addAll(parts.addresses().apply(machine));
    shape.put("system_id", device.id().text());
    shape.put("hostname", labels.hostname());
    shape.put("fqdn", MachineShape.fqdn(machine, all));
    shape.put("description", labels.description());
    shape.put("domain", NameShape.domain(all.domainOf(labels.domain()), parts.names().now()));
    shape.put("owner", Optional.of(labels.owner()).filter(owner -> !owner.isEmpty()));
    shape.put("owner_data", labels.ownerData());
    shape.put("workload_annotations", labels.ownerData());
    shape.put("parent", device.parent());
    shape.put("tag_names", labels.tags());
    shape.put("address_ttl", Optional.empty());
    shape.put("ip_addresses", addresses);
    shape.put("interface_set", interfaces.all(machine));
    shape.put(
        "zone",
        parts
            .things()
            .zones()
            .find(labels.zone())
            .map(PlaceOperations::zone)
            .orElseGet(() -> PlaceShape.zone(labels.zone())));
    shape.put("node_type", 1);
    shape.put("node_type_name", "Device");
    shape.put("resource_uri", Dispatch.ROOT + "devices/" + device.id() + "/");
    return shape;
  }

  private Reply list(Call call) {
    var wanted = call.all();
    machines.checkPlaces(wanted);
    var filter = new MachineFilter(wanted, parts.networks().now());
    return Dispatch.json(
        devices.list().stream()
            .filter(d -> call.principal().sees(d.labels().owner()))
            .filter(d -> filter.fits(d.asMachine()))
            .filter(d ->
                call.texts("parent").isEmpty()
                    || call.texts("parent").contains(d.parent().orElse("")))
            .map(this::shape)
            .toList());
  }

  private Reply isRegistered(Call call) {
    return Dispatch.json(
        devices.byMac(Fields.mac("mac_address", call.wanted("mac_address"))).isPresent());
  }

  private Reply create(Call call) {
    var macs =
        call.list("mac_addresses").stream().map(t -> Fields.mac("mac_addresses", t)).toList();
    if (macs.isEmpty()) {
      throw FormErrors.of("mac_addresses", "This field is required.");
    }
    macs.forEach(mac -> mustBeNobodys(parts, mac, Optional.empty()));
    var labels =
        edited(
            call,
            Labels.named(name(call).orElseGet(() -> "device-" + hex(macs.getFirst())))
                .withOwner(call.principal().username())
                .withDomain(parts.networks().now().defaultDomain().id()));
    return shown(
        devices.create(Origin.of(call.request()), labels, parent(call, Optional.empty()), macs));
  }

  private static String hex(MacAddress mac) {
    return mac.toString().replace(":", "");
  }

  private static Optional<String> name(Call call) {
    return Fields.filled(call, "hostname").map(text -> text.replaceFirst("\\..*", ""));
  }

  /// Two nodes with one MAC are never to be told apart.
  static void mustBeNobodys(Parts parts, MacAddress mac, Optional<Device> but) {
    var other =
        parts
            .machines()
            .byMac(mac)
            .map(m -> m.hostname())
            .or(() ->
                parts
                    .devices()
                    .byMac(mac)
                    .filter(d -> but.map(Device::id).filter(d.id()::equals).isEmpty())
                    .map(d -> d.labels().hostname()));
    other.ifPresent(name -> {
      throw FormErrors.of(
          "mac_addresses", "MAC address " + mac + " already in use on " + name + ".");
    });
  }

  private Optional<String> parent(Call call, Optional<String> before) {
    if (!Fields.sent(call, "parent")) {
      return before;
    }
    return Fields.filled(call, "parent")
        .map(id ->
            machines
                .find(call, id)
                .orElseThrow(() -> new Rejected("parent", "There is no machine " + id + "."))
                .id()
                .text());
  }

  private Labels edited(Call call, Labels before) {
    var places = new LinkedHashMap<String, List<String>>();
    call.text("zone").ifPresent(zone -> places.put("zone", List.of(zone)));
    machines.checkPlaces(places);
    var hostname = name(call).orElse(before.hostname());
    try {
      DeployOrder.checkHostname(hostname);
    } catch (Problem e) {
      throw FormErrors.of("hostname", e.detail());
    }
    long domain =
        Fields.filled(call, "domain")
            .or(() ->
                call.text("hostname")
                    .filter(text -> text.contains("."))
                    .map(text -> text.substring(text.indexOf('.') + 1)))
            .map(text ->
                parts
                    .networks()
                    .now()
                    .domainNamed(text)
                    .orElseThrow(() -> new Rejected("domain", "There is no domain " + text + "."))
                    .id())
            .orElseGet(() -> before.domain().orElse(Domain.FIRST));
    return before
        .withHostname(hostname)
        .withDescription(call.text("description").orElse(before.description()))
        .withPlace(Fields.filled(call, "zone").orElse(before.zone()), before.pool())
        .withDomain(domain);
  }

  private Reply update(Call call) {
    var device = changeable(call);
    return shown(
        devices.change(
            Origin.of(call.request()),
            device,
            "changed the labels",
            d -> d.with(edited(call, d.labels())).withParent(parent(call, d.parent()))));
  }

  private Reply remove(Call call) {
    devices.delete(Origin.of(call.request()), changeable(call));
    return Reply.none();
  }

  private Reply setOwnerData(Call call) {
    var device = changeable(call);
    return shown(
        devices.change(
            Origin.of(call.request()),
            device,
            "set owner data",
            d -> {
              var data = new LinkedHashMap<>(d.labels().ownerData());
              call.all()
                  .forEach((key, values) -> {
                    var value = values.getFirst();
                    if (key.length() > 255 || value.length() > 65_536) {
                      throw FormErrors.of(
                          key.substring(0, Math.min(255, key.length())), "Too long.");
                    }
                    if (value.isEmpty()) {
                      data.remove(key);
                    } else {
                      data.put(key, value);
                    }
                  });
              return d.with(d.labels().withOwnerData(data));
            }));
  }

  /// Its cards without anything made of them.
  private Reply restore(Call call) {
    var device = changeable(call);
    return shown(
        devices.change(
            Origin.of(call.request()),
            device,
            "restored the network configuration",
            d ->
                d.with(
                    Setup.BARE.withInterfaces(
                        d.setup().interfaces().stream()
                            .filter(i -> i.kind() == io.rackstead.node.Interface.Kind.PHYSICAL)
                            .map(i -> i.withLinks(List.<Link>of()))
                            .toList()))));
  }
}
