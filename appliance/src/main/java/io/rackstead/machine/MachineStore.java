package io.rackstead.machine;

import io.rackstead.http.Json;
import io.rackstead.node.NodeNumbers;
import io.rackstead.node.Settling;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.StoreException;
import io.rackstead.store.Tx;
import java.util.List;
import java.util.Optional;

/// Machines in the database: what is looked for in columns, the rest as one document.
final class MachineStore {
  private final LinkAddresses addresses;

  MachineStore(LinkAddresses addresses) {
    this.addresses = addresses;
  }

  private static final String INSERT =
      "insert into machine (id, version, state, epoch, hostname, document) values (?, ?, ?, ?, ?,"
          + " ?)";
  private static final String UPDATE =
      """
      update machine
         set version = version + 1, state = ?, epoch = ?, hostname = ?, document = ?
       where id = ? and version = ?\
      """;

  List<Machine> all(Tx tx) {
    return tx.list(
        "select version, document from machine order by id",
        row -> Json.read(row.getString(2), Machine.class).withVersion(row.getLong(1)));
  }

  Optional<Machine> get(Tx tx, MachineId id) {
    return tx.one(
        "select version, document from machine where id = ?",
        row -> Json.read(row.getString(2), Machine.class).withVersion(row.getLong(1)),
        id);
  }

  Optional<Long> version(Tx tx, MachineId id) {
    return tx.one("select version from machine where id = ?", row -> row.getLong(1), id);
  }

  /// Whether one has that name: in a transaction there may be more than is shown yet.
  boolean named(Tx tx, String hostname) {
    return tx.one("select id from machine where hostname = ?", row -> row.getString(1), hostname)
        .isPresent();
  }

  boolean unsettled(Tx tx) {
    return all(tx).stream().anyMatch(machine -> machine.node().disks().isEmpty());
  }

  /// Machines that were written before they had interfaces and disks of their own get them once.
  void settleAll(Tx tx) {
    for (var machine : all(tx)) {
      if (machine.node().disks().isEmpty()) {
        tx.change(
            "update machine set document = ? where id = ?",
            Json.text(settled(tx, machine)),
            machine.id());
      }
    }
  }

  /// With a number for each part that the machine has now.
  private static Machine settled(Tx tx, Machine machine) {
    return machine.with(
        Settling.of(
            machine.node(),
            machine.identity().macs(),
            machine.hardware(),
            NodeNumbers.several(tx)));
  }

  /// What was released, or was never laid out, gets the layout that it has by itself.
  private static Machine laid(Tx tx, Machine machine) {
    return machine.node().storage().waits()
        ? machine.with(Settling.laid(machine.node(), machine.hardware(), NodeNumbers.several(tx)))
        : machine;
  }

  Machine insert(Tx tx, Machine newcomer) {
    var machine = settled(tx, newcomer);
    tx.change(
        INSERT,
        machine.id(),
        machine.version(),
        machine.state().code(),
        machine.epoch(),
        machine.hostname(),
        Json.text(machine));
    addMacs(tx, machine);
    return machine;
  }

  Machine update(Tx tx, Machine before, Machine changed) {
    boolean another =
        changed.setup().isEmpty()
            || !changed.hardware().equals(before.hardware())
            || !changed.identity().equals(before.identity());
    var after = addresses.settled(tx, before, another ? settled(tx, changed) : laid(tx, changed));
    int rows =
        tx.change(
            UPDATE,
            after.state().code(),
            after.epoch(),
            after.hostname(),
            Json.text(after),
            before.id(),
            before.version());
    if (rows == 0) {
      throw new StoreException(
          before.id() + " was changed by somebody else", new IllegalStateException("stale"));
    }
    if (!before.identity().macs().equals(after.identity().macs())) {
      tx.change("delete from machine_mac where machine_id = ?", after.id());
      addMacs(tx, after);
    }
    return after.withVersion(before.version() + 1);
  }

  void delete(Tx tx, MachineId id) {
    addresses.gone(tx, id);
    tx.change("delete from entry where machine_id = ?", id);
    tx.change("delete from machine where id = ?", id);
  }

  private static void addMacs(Tx tx, Machine machine) {
    for (MacAddress mac : machine.identity().macs()) {
      try {
        tx.change("insert into machine_mac (mac, machine_id) values (?, ?)", mac, machine.id());
      } catch (StoreException e) {
        if (e.duplicate()) {
          throw new MacTaken(mac);
        }
        throw e;
      }
    }
  }

  /// Another machine has this MAC. Two servers with one MAC are never merged.
  static final class MacTaken extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient MacAddress mac;

    MacTaken(MacAddress mac) {
      super("another machine has the MAC address " + mac);
      this.mac = mac;
    }

    MacAddress mac() {
      return mac;
    }
  }
}
