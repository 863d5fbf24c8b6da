package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Device;
import io.rackstead.node.Formatting;
import io.rackstead.node.Layouts;
import io.rackstead.node.Settling;
import io.rackstead.node.Setup;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// A machine's layout as a whole: set by name, and undone.
final class LayoutOperations {
  private static final String ONE = "machines/{system_id}/";
  private final MachineOperations machines;
  private final NodeEdits edits;
  private final StorageCalls calls;

  LayoutOperations(MachineOperations machines, NodeEdits edits) {
    this.machines = machines;
    this.edits = edits;
    calls = new StorageCalls(edits);
  }

  List<MaasOperation> operations() {
    return List.of(
        post("Machine", ONE, "set_storage_layout", Access.OPERATE, this::layout),
        post("Machine", ONE, "mount_special", Access.OPERATE, this::mountSpecial),
        post("Machine", ONE, "unmount_special", Access.OPERATE, this::unmountSpecial),
        post(
            "Machine",
            ONE,
            "restore_storage_configuration",
            Access.OPERATE,
            c -> restore(c, edits.storable(c), "disks", m -> s -> disks(m, s))),
        post(
            "Machine",
            ONE,
            "restore_networking_configuration",
            Access.OPERATE,
            c -> restore(c, edits.wirable(c), "interfaces", _ -> this::interfaces)),
        post("Machine", ONE, "restore_default_configuration", Access.OPERATE, this::restoreAll),
        post("Machine", ONE, "clear_default_gateways", Access.OPERATE, this::clearGateways));
  }

  static boolean uefi(Machine machine) {
    return machine.hardware().map(h -> !h.bootMode().equals("bios")).orElse(true);
  }

  private Reply layout(Call call) {
    var machine = edits.storable(call);
    var layout = call.wanted("storage_layout");
    var options =
        new Layouts.Options(
            uefi(machine),
            disk(call, machine, "root_device"),
            StorageCalls.size(call, "boot_size"),
            StorageCalls.size(call, "root_size"),
            Fields.filled(call, "vg_name").orElse("vgroot"),
            Fields.filled(call, "lv_name").orElse("lvroot"),
            StorageCalls.size(call, "lv_size"),
            disk(call, machine, "cache_device"),
            StorageCalls.size(call, "cache_size"),
            Fields.filled(call, "cache_mode").orElse("writeback"));
    return machines.shown(
        edits.change(
            call,
            machine,
            "storage layout " + layout,
            setup -> setup.with(Layouts.of(layout, setup.storage(), options, edits.numbers()))));
  }

  private static Optional<Device> disk(Call call, Machine machine, String field) {
    return Fields.filled(call, field)
        .map(text ->
            machine
                .node()
                .storage()
                .named(text)
                .filter(Device::physical)
                .orElseThrow(() ->
                    new Rejected(
                        field,
                        "'"
                            + text
                            + "' is not a valid "
                            + field
                            + ": it is no disk of this machine.")));
  }

  private Reply mountSpecial(Call call) {
    var machine = edits.storable(call);
    var fstype = call.wanted("fstype");
    var point = call.wanted("mount_point");
    return machines.shown(
        calls.change(
            call,
            machine,
            "mounts a " + fstype + " at " + point,
            s ->
                Formatting.mountSpecial(
                    s, fstype, point, StorageCalls.text(call, "mount_options"))));
  }

  private Reply unmountSpecial(Call call) {
    var machine = edits.storable(call);
    var point = call.wanted("mount_point");
    return machines.shown(
        calls.change(call, machine, "unmounts " + point, s -> Formatting.unmountSpecial(s, point)));
  }

  private Setup disks(Machine machine, Setup setup) {
    return Settling.emptied(setup, machine.hardware(), edits.numbers());
  }

  private Setup interfaces(Setup setup) {
    return Settling.rewired(setup, edits.numbers());
  }

  private Reply restore(
      Call call,
      Machine machine,
      String what,
      java.util.function.Function<Machine, UnaryOperator<Setup>> how) {
    return machines.shown(
        edits.change(
            call,
            machine,
            what + " as they were before anybody configured them",
            how.apply(machine)));
  }

  private Reply restoreAll(Call call) {
    return restore(
        call,
        edits.storable(call),
        "disks and interfaces",
        machine -> setup -> disks(machine, interfaces(setup)));
  }

  private Reply clearGateways(Call call) {
    var machine = edits.wirable(call);
    return machines.shown(
        edits.change(
            call,
            machine,
            "no default way out is chosen",
            setup -> setup.withGateways(Optional.empty(), Optional.empty())));
  }
}
