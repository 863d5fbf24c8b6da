package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Assembling;
import io.rackstead.node.Device;
import io.rackstead.node.Device.Kind;
import io.rackstead.node.Device.Make;
import io.rackstead.node.Layouts;
import io.rackstead.node.Partitioning;
import io.rackstead.node.Storage;
import java.util.List;
import java.util.Optional;

/// Block devices of a machine, and which of them it starts from.
final class DiskOperations {
  private static final String ALL = "nodes/{system_id}/blockdevices/";
  private static final String ONE = "nodes/{system_id}/blockdevices/{id}/";
  private final MachineOperations machines;
  private final NodeEdits edits;
  private final StorageCalls calls;

  DiskOperations(MachineOperations machines, NodeEdits edits) {
    this.machines = machines;
    this.edits = edits;
    calls = new StorageCalls(edits);
  }

  List<MaasOperation> operations() {
    return List.of(
        get("BlockDevices", ALL, "", Access.VIEW, this::list),
        post("BlockDevices", ALL, "", Access.OPERATE, this::create),
        get("BlockDevice", ONE, "", Access.VIEW, this::read),
        put("BlockDevice", ONE, Access.OPERATE, this::update),
        delete("BlockDevice", ONE, Access.OPERATE, this::remove),
        post("BlockDevice", ONE, "add_tag", Access.OPERATE, c -> tag(c, true)),
        post("BlockDevice", ONE, "remove_tag", Access.OPERATE, c -> tag(c, false)),
        post("BlockDevice", ONE, "set_boot_disk", Access.OPERATE, this::bootDisk));
  }

  private Reply list(Call call) {
    var machine = machines.machine(call);
    return Dispatch.json(DeviceShape.all(machine, machine.node().storage().devices()));
  }

  private Reply read(Call call) {
    var machine = machines.machine(call);
    return StorageCalls.shown(machine, StorageCalls.device(call, "id", machine).id());
  }

  private Reply create(Call call) {
    var machine = edits.storable(call);
    long size = StorageCalls.size(call, "size");
    if (size == 0) {
      throw new Rejected("size", "This field is required.");
    }
    var made =
        new Device(
            edits.number(),
            Fields.required(call, "name"),
            Kind.PHYSICAL,
            Optional.empty(),
            "",
            make(call, new Make("", "", "", "", 512)),
            size,
            List.of(),
            "",
            Optional.empty());
    return StorageCalls.shown(
        calls.change(
            call, machine, "added the disk " + made.name(), s -> Partitioning.add(s, made)),
        made.id());
  }

  private static Make make(Call call, Make before) {
    return new Make(
        Fields.filled(call, "model").orElse(before.model()),
        Fields.filled(call, "serial").orElse(before.serial()),
        before.wwn(),
        Fields.filled(call, "id_path").orElse(before.idPath()),
        Fields.number(call, "block_size").orElse(before.blockSize()));
  }

  private Reply update(Call call) {
    var machine = edits.storable(call);
    var before = StorageCalls.device(call, "id", machine);
    return StorageCalls.shown(
        calls.change(call, machine, "changed " + before.name(), s -> updated(call, s, before)),
        before.id());
  }

  private static Storage updated(Call call, Storage storage, Device before) {
    var name = Fields.filled(call, "name").orElse(before.name());
    var after = name.equals(before.name()) ? storage : Partitioning.rename(storage, before, name);
    long size = StorageCalls.size(call, "size");
    if (!before.physical()) {
      return size == 0 || size == before.size()
          ? after
          : Assembling.resize(after, after.device(before.id()).orElseThrow(), size);
    }
    // a disk is found by them when it is written to
    if (!make(call, before.make()).equals(before.make())) {
      throw new Rejected("serial", "What a disk is called by is what the machine itself reports.");
    }
    if (size != 0 && size != before.size()) {
      throw new Rejected("size", "The size of a disk is what the machine itself reports.");
    }
    return after;
  }

  private Reply remove(Call call) {
    var machine = edits.storable(call);
    var gone = StorageCalls.device(call, "id", machine);
    calls.change(call, machine, "removed " + gone.name(), s -> Partitioning.remove(s, gone));
    return Reply.none();
  }

  /// Tags change no layout.
  private Reply tag(Call call, boolean add) {
    var machine = edits.storable(call);
    var device = StorageCalls.device(call, "id", machine);
    var tag = call.wanted("tag");
    return StorageCalls.shown(
        edits.change(
            call,
            machine,
            (add ? "tagged " : "untagged ") + device.name() + " " + tag,
            setup ->
                setup.with(
                    Partitioning.tags(
                        setup.storage(), device.id(), tags -> StorageCalls.tags(tags, tag, add)))),
        device.id());
  }

  private Reply bootDisk(Call call) {
    var machine = edits.storable(call);
    var disk = StorageCalls.device(call, "id", machine);
    edits.change(
        call,
        machine,
        "starts from " + disk.name(),
        setup -> setup.with(started(machine, setup.storage(), disk)));
    return Dispatch.ok();
  }

  /// What nobody has changed goes to the disk that was chosen; a layout of somebody's own stays.
  private Storage started(Machine machine, Storage storage, Device disk) {
    var chosen = Partitioning.bootDisk(storage, disk);
    return storage.layout().equals(Storage.UNTOUCHED)
        ? Layouts.of(
            "flat",
            chosen,
            Layouts.Options.flat(LayoutOperations.uefi(machine), disk),
            edits.numbers())
        : chosen;
  }
}
