package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Assembling;
import io.rackstead.node.Storage;
import io.rackstead.node.Volumes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// What volume groups, RAIDs, cache sets and bcaches have in common as objects of the API.
///
/// @param kind as MAAS calls it
/// @param of where they are in a machine's storage
record VolumeCalls<T extends Volumes>(
    MachineOperations machines, NodeEdits edits, String kind, Function<Storage, List<T>> of) {

  /// The three that are the same for all.
  List<MaasOperation> operations(String all, List<String> paths) {
    var operations = new ArrayList<MaasOperation>();
    operations.add(get(kind + "s", all, "", Access.VIEW, this::list));
    for (var one : paths) {
      operations.add(get(kind, one, "", Access.VIEW, this::read));
      operations.add(delete(kind, one, Access.OPERATE, this::remove));
    }
    return operations;
  }

  private Reply list(Call call) {
    var machine = machines.machine(call);
    return Dispatch.json(
        of.apply(machine.node().storage()).stream().map(v -> VolumeShape.of(machine, v)).toList());
  }

  T one(Call call, Machine machine) {
    var name = call.part("id");
    return of.apply(machine.node().storage()).stream()
        .filter(v -> Long.toString(v.id()).equals(name) || v.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Fields.none(kind));
  }

  private Reply read(Call call) {
    var machine = machines.machine(call);
    return Dispatch.json(VolumeShape.of(machine, one(call, machine)));
  }

  private Reply remove(Call call) {
    var machine = edits.storable(call);
    var gone = one(call, machine);
    change(call, machine, "took " + gone.name() + " apart", s -> Assembling.remove(s, gone));
    return Reply.none();
  }

  Machine change(Call call, Machine machine, String what, UnaryOperator<Storage> how) {
    return new StorageCalls(edits).change(call, machine, what, how);
  }

  Reply shown(Machine machine, long id) {
    return Dispatch.json(
        VolumeShape.of(
            machine,
            of.apply(machine.node().storage()).stream()
                .filter(v -> v.id() == id)
                .findFirst()
                .orElseThrow()));
  }

  static List<Long> members(Call call, Machine machine, String devices, String partitions) {
    var storage = machine.node().storage();
    var ids = new ArrayList<>(StorageCalls.devices(call, storage, devices));
    ids.addAll(StorageCalls.partitions(call, storage, partitions));
    return ids;
  }

  /// What there is, with what is added and without what is removed.
  static List<Long> changed(
      Call call, Machine machine, List<Long> before, String devices, String partitions) {
    var ids = new LinkedHashSet<>(before);
    ids.addAll(members(call, machine, "add_" + devices, "add_" + partitions));
    members(call, machine, "remove_" + devices, "remove_" + partitions).forEach(ids::remove);
    return List.copyOf(ids);
  }

  /// `cache_device` or `cache_partition`, which mean the same.
  static Optional<Long> half(Call call, Machine machine, String what) {
    var storage = machine.node().storage();
    var device = Fields.filled(call, what + "_device");
    var partition = Fields.filled(call, what + "_partition");
    if (device.isPresent() && partition.isPresent()) {
      throw new Rejected(
          "__all__",
          "Either " + what + "_device or " + what + "_partition can be given, not both.");
    }
    return device
        .map(text -> StorageCalls.device(storage, what + "_device", text))
        .or(() ->
            partition.map(text -> StorageCalls.partition(storage, what + "_partition", text)));
  }

  static String uuid(Call call, String before) {
    return Fields.filled(call, "uuid").map(VolumeCalls::uuid).orElse(before);
  }

  private static String uuid(String text) {
    try {
      return UUID.fromString(text).toString();
    } catch (IllegalArgumentException e) {
      throw new Rejected("uuid", "Enter a valid UUID.");
    }
  }

  /// The given one, or the first of that kind that nothing is called.
  static String name(Call call, Storage storage, String kind) {
    return Fields.filled(call, "name")
        .orElseGet(() -> {
          int n = 0;
          while (taken(storage, kind + n)) {
            n++;
          }
          return kind + n;
        });
  }

  private static boolean taken(Storage storage, String name) {
    return storage.named(name).isPresent()
        || storage.volumes().anyMatch(v -> v.name().equals(name));
  }
}
