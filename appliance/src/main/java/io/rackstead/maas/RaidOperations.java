package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.node.Assembling;
import io.rackstead.node.Storage;
import io.rackstead.node.Volumes.Raid;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Software RAIDs of a machine.
final class RaidOperations {
  private static final String ALL = "nodes/{system_id}/raids/";
  private static final String ONE = "nodes/{system_id}/raid/{id}/";
  private static final String SAME = "nodes/{system_id}/raids/{id}/";
  private final NodeEdits edits;
  private final VolumeCalls<Raid> calls;

  RaidOperations(MachineOperations machines, NodeEdits edits) {
    this.edits = edits;
    calls = new VolumeCalls<>(machines, edits, "Raid", Storage::raids);
  }

  List<MaasOperation> operations() {
    var all = calls.operations(ALL, List.of(ONE, SAME));
    all.add(post("Raids", ALL, "", Access.OPERATE, this::create));
    all.add(put("Raid", ONE, Access.OPERATE, this::update));
    all.add(put("Raid", SAME, Access.OPERATE, this::update));
    return all;
  }

  private Reply create(Call call) {
    var machine = edits.storable(call);
    var made =
        new Raid(
            edits.number(),
            VolumeCalls.name(call, machine.node().storage(), "md"),
            VolumeCalls.uuid(call, UUID.randomUUID().toString()),
            Fields.required(call, "level"),
            VolumeCalls.members(call, machine, "block_devices", "partitions"),
            VolumeCalls.members(call, machine, "spare_devices", "spare_partitions"));
    return calls.shown(
        calls.change(
            call,
            machine,
            "made the " + made.level() + " " + made.name(),
            s -> Assembling.put(s, made, edits.numbers())),
        made.id());
  }

  private Reply update(Call call) {
    var machine = edits.storable(call);
    var before = calls.one(call, machine);
    var active =
        new ArrayList<>(
            VolumeCalls.changed(call, machine, before.active(), "block_devices", "partitions"));
    var spares =
        VolumeCalls.changed(call, machine, before.spares(), "spare_devices", "spare_partitions");
    // a spare that is made active is one no more
    var left = spares.stream().filter(id -> !active.contains(id)).toList();
    var after =
        new Raid(
            before.id(),
            Fields.filled(call, "name").orElse(before.name()),
            VolumeCalls.uuid(call, before.uuid()),
            before.level(),
            active,
            left);
    return calls.shown(
        calls.change(
            call,
            machine,
            "changed the RAID " + before.name(),
            s -> Assembling.put(s, after, edits.numbers())),
        after.id());
  }
}
