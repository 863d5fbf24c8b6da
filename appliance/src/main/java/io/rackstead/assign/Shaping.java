package io.rackstead.assign;

import io.rackstead.machine.Machine;
import io.rackstead.node.Bridges;
import io.rackstead.node.Device;
import io.rackstead.node.Layouts;
import io.rackstead.node.Setup;
import io.rackstead.node.Storage;
import io.rackstead.policy.Becoming;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// What a line makes of a machine's disks and interfaces before it is installed. Where it says
/// nothing they are as the machine is laid out.
final class Shaping {
  /// One filesystem on the disk that it starts from.
  static final String FLAT = "flat";

  /// A bridge on each interface that is on a network, for guests that are to be on it too.
  static final String BRIDGES = "bridges";

  static final List<String> LAYOUTS = List.of(FLAT);
  static final List<String> NETWORKS = List.of(BRIDGES);

  private Shaping() {}

  static Setup of(Machine machine, Becoming becoming, LongSupplier numbers) {
    var setup = machine.node();
    if (becoming.layout().equals(FLAT)) {
      setup = flat(setup, machine, numbers);
    }
    return becoming.network().equals(BRIDGES) ? Bridges.over(setup, Map.of(), numbers) : setup;
  }

  /// What is so already keeps its numbers.
  private static Setup flat(Setup setup, Machine machine, LongSupplier numbers) {
    var storage = setup.storage();
    boolean so = List.of(FLAT, Storage.UNTOUCHED).contains(storage.layout());
    var disk = storage.boot().or(() -> storage.physical().stream().findFirst());
    return so || disk.isEmpty() ? setup : setup.with(flat(storage, machine, disk.get(), numbers));
  }

  private static Storage flat(Storage storage, Machine machine, Device disk, LongSupplier numbers) {
    boolean uefi = machine.hardware().map(h -> !h.bootMode().equals("bios")).orElse(true);
    return Layouts.of(FLAT, storage, Layouts.Options.flat(uefi, disk), numbers);
  }
}
