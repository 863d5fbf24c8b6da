package io.rackstead.device;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Labels;
import io.rackstead.machine.LinkAddresses;
import io.rackstead.machine.MachineId;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Rejected;
import io.rackstead.network.Vlan;
import io.rackstead.node.Interface;
import io.rackstead.node.Link;
import io.rackstead.node.NodeNumbers;
import io.rackstead.node.Setup;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// The one door to devices. Their addresses are taken and given back in the same transaction, and
/// DHCP keeps to them as it does to those of machines. Readings come from memory.
public final class Devices {
  private final Database database;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final LinkAddresses addresses;
  private final Map<MachineId, Device> view = new ConcurrentSkipListMap<>();

  public Devices(
      Database database, NetworkBook networks, InstantSource clock, RandomGenerator random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
    addresses = new LinkAddresses(networks);
    reload();
    database.onReopened(this::reload);
  }

  private void reload() {
    var there =
        database.read(tx ->
            tx.list(
                "select document from device", row -> Json.read(row.getString(1), Device.class)));
    view.keySet().retainAll(there.stream().map(Device::id).toList());
    there.forEach(device -> view.put(device.id(), device));
  }

  public List<Device> list() {
    return List.copyOf(view.values());
  }

  public Optional<Device> find(String id) {
    return view.values().stream().filter(d -> d.id().text().equals(id)).findFirst();
  }

  public Optional<Device> byMac(MacAddress mac) {
    return view.values().stream().filter(d -> d.macs().contains(mac)).findFirst();
  }

  public Optional<Device> byHostname(String hostname) {
    return view.values().stream().filter(d -> d.labels().hostname().equals(hostname)).findFirst();
  }

  public Device create(
      Origin origin, Labels labels, Optional<String> parent, List<MacAddress> macs) {
    var made =
        database.inTransaction(tx -> {
          var id = MachineId.next(random);
          var interfaces = new ArrayList<Interface>();
          for (var mac : macs) {
            interfaces.add(card(tx, "eth" + interfaces.size(), mac));
          }
          var device = new Device(id, labels, parent, Setup.BARE.withInterfaces(interfaces));
          checkTaken(tx, device);
          tx.change(
              "insert into device (id, hostname, owner, document) values (?, ?, ?, ?)",
              id,
              labels.hostname(),
              labels.owner(),
              Json.text(device));
          audit(tx, origin, "added device ", device);
          return device;
        });
    view.put(made.id(), made);
    return made;
  }

  private static Interface card(Tx tx, String name, MacAddress mac) {
    return new Interface(
        NodeNumbers.next(tx),
        name,
        Interface.Kind.PHYSICAL,
        Optional.of(mac),
        true,
        List.of(),
        Optional.of(Vlan.DEFAULT),
        List.of(),
        List.of(),
        0,
        true,
        0,
        Map.of());
  }

  /// The name, among devices and machines alike.
  private static void checkTaken(Tx tx, Device device) {
    var name = device.labels().hostname();
    boolean taken =
        tx.one(
                    "select id from device where hostname = ? and id <> ?",
                    row -> row.getString(1),
                    name,
                    device.id())
                .isPresent()
            || tx.one("select id from machine where hostname = ?", row -> row.getString(1), name)
                .isPresent();
    if (taken) {
      throw new Rejected("hostname", "Node with hostname '" + name + "' already exists.");
    }
  }

  private void audit(Tx tx, Origin origin, String what, Device device) {
    Audit.write(
        tx, clock.instant(), origin, what + device.labels().hostname() + " (" + device.id() + ")");
  }

  /// Changes what is stored; its addresses follow its links.
  public Device change(Origin origin, Device seen, String what, UnaryOperator<Device> how) {
    var changed =
        database.inTransaction(tx -> {
          var before =
              tx.one(
                      "select document from device where id = ?",
                      row -> Json.read(row.getString(1), Device.class),
                      seen.id())
                  .orElseThrow(() -> new Problem(404, "No Device matches the given query."));
          var wanted = how.apply(before);
          var settled = addresses.settled(tx, before.asMachine(), permanent(wanted).asMachine());
          var after = wanted.with(settled.node());
          checkTaken(tx, after);
          tx.change(
              "update device set hostname = ?, document = ? where id = ?",
              after.labels().hostname(),
              Json.text(after),
              after.id());
          audit(tx, origin, what + " of device ", after);
          return after;
        });
    view.put(changed.id(), changed);
    return changed;
  }

  /// What is never deployed has its automatic addresses at once.
  private static Device permanent(Device device) {
    return device.with(
        device
            .setup()
            .withInterfaces(
                device.setup().interfaces().stream()
                    .map(i -> i.withLinks(i.links().stream().map(Devices::permanent).toList()))
                    .toList()));
  }

  private static Link permanent(Link link) {
    return link.mode() == Link.Mode.AUTO
        ? new Link(link.id(), Link.Mode.STATIC, link.subnet(), link.address())
        : link;
  }

  public void delete(Origin origin, Device device) {
    database.change(tx -> {
      addresses.gone(tx, device.id());
      tx.change("delete from device where id = ?", device.id());
      audit(tx, origin, "removed device ", device);
    });
    view.remove(device.id());
  }

  /// Parts go with what they are parts of.
  public void deleteOf(Origin origin, MachineId machine) {
    for (var device : list()) {
      if (device.parent().equals(Optional.of(machine.text()))) {
        delete(origin, device);
      }
    }
  }
}
