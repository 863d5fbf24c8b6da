package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.node.Assembling;
import io.rackstead.node.Partitioning;
import io.rackstead.node.Storage;
import io.rackstead.node.Volumes.Group;
import java.util.List;
import java.util.UUID;

/// LVM's volume groups of a machine, and their logical volumes.
final class GroupOperations {
  private static final String ALL = "nodes/{system_id}/volume-groups/";
  private static final String ONE = "nodes/{system_id}/volume-group/{id}/";
  private static final String SAME = "nodes/{system_id}/volume-groups/{id}/";
  private final NodeEdits edits;
  private final VolumeCalls<Group> calls;

  GroupOperations(MachineOperations machines, NodeEdits edits) {
    this.edits = edits;
    calls = new VolumeCalls<>(machines, edits, "VolumeGroup", Storage::groups);
  }

  List<MaasOperation> operations() {
    var all = calls.operations(ALL, List.of(ONE, SAME));
    all.add(post("VolumeGroups", ALL, "", Access.OPERATE, this::create));
    for (var one : List.of(ONE, SAME)) {
      all.add(put("VolumeGroup", one, Access.OPERATE, this::update));
      all.add(post("VolumeGroup", one, "create_logical_volume", Access.OPERATE, this::addVolume));
      all.add(
          post("VolumeGroup", one, "delete_logical_volume", Access.OPERATE, this::removeVolume));
    }
    return all;
  }

  private Reply create(Call call) {
    var machine = edits.storable(call);
    var made =
        new Group(
            edits.number(),
            Fields.required(call, "name"),
            VolumeCalls.uuid(call, UUID.randomUUID().toString()),
            VolumeCalls.members(call, machine, "block_devices", "partitions"));
    return calls.shown(
        calls.change(
            call,
            machine,
            "made the volume group " + made.name(),
            s -> Assembling.put(s, made, edits.numbers())),
        made.id());
  }

  private Reply update(Call call) {
    var machine = edits.storable(call);
    var before = calls.one(call, machine);
    var after =
        new Group(
            before.id(),
            Fields.filled(call, "name").orElse(before.name()),
            VolumeCalls.uuid(call, before.uuid()),
            VolumeCalls.changed(call, machine, before.members(), "block_devices", "partitions"));
    return calls.shown(
        calls.change(
            call,
            machine,
            "changed the volume group " + before.name(),
            s -> Assembling.put(s, after, edits.numbers())),
        after.id());
  }

  private Reply addVolume(Call call) {
    var machine = edits.storable(call);
    var group = calls.one(call, machine);
    var name = Fields.required(call, "name");
    long id = edits.number();
    return StorageCalls.shown(
        calls.change(
            call,
            machine,
            "made the volume " + name + " of " + group.name(),
            s ->
                Assembling.volume(
                    s,
                    group,
                    id,
                    name,
                    StorageCalls.text(call, "uuid"),
                    StorageCalls.size(call, "size"))),
        id);
  }

  /// One that is gone is gone, as MAAS answers it.
  private Reply removeVolume(Call call) {
    var machine = edits.storable(call);
    var group = calls.one(call, machine);
    var wanted = call.wanted("id");
    machine.node().storage().madeOf(group).stream()
        .filter(d -> Long.toString(d.id()).equals(wanted))
        .findFirst()
        .ifPresent(d ->
            calls.change(call, machine, "removed " + d.name(), s -> Partitioning.remove(s, d)));
    return Reply.none();
  }
}
