package io.rackstead.device;

import io.rackstead.image.Architecture;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Power;
import io.rackstead.machine.Standing;
import io.rackstead.machine.State;
import io.rackstead.node.Interface;
import io.rackstead.node.Setup;
import io.rackstead.pxe.net.MacAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Something that has a name and addresses, and is never deployed.
///
/// @param parent the machine that it is a part of, as a container is
public record Device(MachineId id, Labels labels, Optional<String> parent, Setup setup) {
  public List<MacAddress> macs() {
    return setup.interfaces().stream()
        .filter(i -> i.kind() == Interface.Kind.PHYSICAL)
        .flatMap(i -> i.mac().stream())
        .toList();
  }

  public Device with(Labels newLabels) {
    return new Device(id, newLabels, parent, setup);
  }

  public Device with(Setup newSetup) {
    return new Device(id, labels, parent, newSetup);
  }

  public Device withParent(Optional<String> newParent) {
    return new Device(id, labels, newParent, setup);
  }

  /// As a machine that nobody ever deployed: interfaces, links and addresses are the same matter.
  public Machine asMachine() {
    return new Machine(
        id,
        1,
        Identity.of(macs(), "", ""),
        labels,
        new Standing(State.NEW, Optional.empty(), 1, Instant.EPOCH, Optional.empty(), ""),
        false,
        Optional.empty(),
        Architecture.AMD64,
        Optional.empty(),
        Power.MANUAL,
        Optional.empty(),
        EraseMode.NONE,
        Optional.of(setup));
  }
}
