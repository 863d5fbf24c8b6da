package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.node.Formatting;
import io.rackstead.node.Partitioning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Partitions of a block device, and what it or they hold.
final class PartitionOperations {
  private static final String DEVICE = "nodes/{system_id}/blockdevices/{id}/";
  private static final String ALL = "nodes/{system_id}/blockdevices/{device_id}/partitions/";
  private static final String ONE = "nodes/{system_id}/blockdevices/{device_id}/partition/{id}/";

  /// As some clients write it.
  private static final String SAME = "nodes/{system_id}/blockdevices/{device_id}/partitions/{id}/";

  private final MachineOperations machines;
  private final NodeEdits edits;
  private final StorageCalls calls;

  PartitionOperations(MachineOperations machines, NodeEdits edits) {
    this.machines = machines;
    this.edits = edits;
    calls = new StorageCalls(edits);
  }

  /// Which device or partition a request is about.
  private static final BiFunction<Call, Machine, Long> WHOLE =
      (call, machine) -> StorageCalls.device(call, "id", machine).id();

  private static final BiFunction<Call, Machine, Long> PART =
      (call, machine) -> StorageCalls.partition(call, machine).id();

  List<MaasOperation> operations() {
    var all = new ArrayList<MaasOperation>();
    all.add(get("Partitions", ALL, "", Access.VIEW, this::list));
    all.add(post("Partitions", ALL, "", Access.OPERATE, this::create));
    all.addAll(held("BlockDevice", DEVICE, WHOLE));
    for (var path : List.of(ONE, SAME)) {
      all.add(get("Partition", path, "", Access.VIEW, this::read));
      all.add(delete("Partition", path, Access.OPERATE, this::remove));
      all.add(post("Partition", path, "add_tag", Access.OPERATE, c -> tag(c, true)));
      all.add(post("Partition", path, "remove_tag", Access.OPERATE, c -> tag(c, false)));
      all.addAll(held("Partition", path, PART));
    }
    return all;
  }

  /// What a device and a partition have in common.
  private List<MaasOperation> held(
      String resource, String path, BiFunction<Call, Machine, Long> which) {
    return List.of(
        post(resource, path, "format", Access.OPERATE, c -> format(c, which)),
        post(resource, path, "unformat", Access.OPERATE, c -> unformat(c, which)),
        post(resource, path, "mount", Access.OPERATE, c -> mount(c, which)),
        post(resource, path, "unmount", Access.OPERATE, c -> unmount(c, which)));
  }

  private Reply list(Call call) {
    var machine = machines.machine(call);
    return Dispatch.json(
        DeviceShape.partitions(machine, StorageCalls.device(call, "device_id", machine)));
  }

  private Reply read(Call call) {
    var machine = machines.machine(call);
    return StorageCalls.shown(machine, PART.apply(call, machine));
  }

  private Reply create(Call call) {
    var machine = edits.storable(call);
    var device = StorageCalls.device(call, "device_id", machine);
    long id = edits.number();
    var wish =
        new Partitioning.Wish(
            "size",
            StorageCalls.size(call, "size"),
            StorageCalls.text(call, "uuid"),
            call.truth("bootable").orElse(false));
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "partitioned " + device.name(),
            s -> Partitioning.add(s, device, id, wish)),
        id);
  }

  private Reply remove(Call call) {
    var machine = edits.storable(call);
    var gone = StorageCalls.partition(call, machine);
    calls.change(
        call,
        machine,
        "removed " + machine.node().storage().called(gone.id()),
        s -> Partitioning.remove(s, gone));
    return Reply.none();
  }

  /// Tags change no layout.
  private Reply tag(Call call, boolean add) {
    var machine = edits.storable(call);
    long id = StorageCalls.partition(call, machine).id();
    var tag = call.wanted("tag");
    return StorageCalls.shown(
        edits.change(
            call,
            machine,
            (add ? "tagged " : "untagged ") + machine.node().storage().called(id) + " " + tag,
            setup ->
                setup.with(
                    Partitioning.tags(
                        setup.storage(), id, tags -> StorageCalls.tags(tags, tag, add)))),
        id);
  }

  private Reply format(Call call, BiFunction<Call, Machine, Long> which) {
    var machine = edits.storable(call);
    long id = which.apply(call, machine);
    var fstype = call.wanted("fstype");
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "formats " + machine.node().storage().called(id) + " as " + fstype,
            s ->
                Formatting.format(
                    s,
                    id,
                    fstype,
                    StorageCalls.text(call, "uuid"),
                    StorageCalls.text(call, "label"))),
        id);
  }

  private Reply unformat(Call call, BiFunction<Call, Machine, Long> which) {
    var machine = edits.storable(call);
    long id = which.apply(call, machine);
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "leaves " + machine.node().storage().called(id) + " unformatted",
            s -> Formatting.unformat(s, id)),
        id);
  }

  private Reply mount(Call call, BiFunction<Call, Machine, Long> which) {
    var machine = edits.storable(call);
    long id = which.apply(call, machine);
    var point = StorageCalls.text(call, "mount_point");
    var options = StorageCalls.text(call, "mount_options");
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "mounts " + machine.node().storage().called(id) + " at " + point,
            s -> Formatting.mount(s, id, point, options)),
        id);
  }

  private Reply unmount(Call call, BiFunction<Call, Machine, Long> which) {
    var machine = edits.storable(call);
    long id = which.apply(call, machine);
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "unmounts " + machine.node().storage().called(id),
            s -> Formatting.unmount(s, id)),
        id);
  }
}
