package io.rackstead.vmhost;

import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Tx;
import java.util.List;
import java.util.Optional;

/// VM hosts and what was made on them, in the database.
final class VmStore {
  List<VmHost> hosts(Tx tx) {
    return tx.list(
        "select id, document from vm_host order by id",
        row -> Json.read(row.getString(2), VmHost.class).withId(row.getLong(1)));
  }

  Optional<VmHost> host(Tx tx, long id) {
    return tx.one(
        "select id, document from vm_host where id = ?",
        row -> Json.read(row.getString(2), VmHost.class).withId(row.getLong(1)),
        id);
  }

  VmHost insert(Tx tx, VmHost host) {
    return host.withId(
        tx.insert(
            "insert into vm_host (name, document) values (?, ?)", host.name(), Json.text(host)));
  }

  void update(Tx tx, VmHost host) {
    tx.change(
        "update vm_host set name = ?, document = ? where id = ?",
        host.name(),
        Json.text(host),
        host.id());
  }

  void delete(Tx tx, VmHost host) {
    tx.change("delete from vm where vm_host_id = ?", host.id());
    tx.change("delete from vm_host where id = ?", host.id());
  }

  List<Vm> vms(Tx tx) {
    return tx.list(
        "select id, vm_host_id, uuid, machine_id from vm order by id",
        row ->
            new Vm(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                Optional.ofNullable(row.getString(4)).flatMap(MachineId::parse)));
  }

  Vm begin(Tx tx, VmHost host, String uuid) {
    long id = tx.insert("insert into vm (vm_host_id, uuid) values (?, ?)", host.id(), uuid);
    return new Vm(id, host.id(), uuid, Optional.empty());
  }

  void become(Tx tx, Vm vm, MachineId machine) {
    tx.change("update vm set machine_id = ? where id = ?", machine, vm.id());
  }

  void forget(Tx tx, Vm vm) {
    tx.change("delete from vm where id = ?", vm.id());
  }
}
