package io.rackstead.maas;

import io.rackstead.access.Origin;
import io.rackstead.device.Device;
import io.rackstead.http.Problem;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.machine.Verbs;
import io.rackstead.node.Around;
import io.rackstead.node.NodeNumbers;
import io.rackstead.node.Setup;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// Changes to how a machine is configured: who may, in which states, and what a mistake is called.
final class NodeEdits {

  private static final Set<State> WIRED_IN =
      EnumSet.of(
          State.NEW,
          State.READY,
          State.ALLOCATED,
          State.BROKEN,
          State.FAILED_TESTING,
          State.FAILED_COMMISSIONING,
          State.FAILED_DEPLOYMENT);

  private final Parts parts;
  private final MachineOperations machines;

  NodeEdits(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
  }

  /// The machine or device that a path names.
  Machine node(Call call) {
    return device(call).map(Device::asMachine).orElseGet(() -> machines.machine(call));
  }

  private Optional<Device> device(Call call) {
    return parts
        .devices()
        .find(call.part("system_id"))
        .filter(d -> call.principal().sees(d.labels().owner()));
  }

  /// The machine, if its interfaces may be changed now by who asks.
  Machine wirable(Call call) {
    var device = device(call);
    if (device.isPresent()) {
      if (!call.principal().mayChange(device.get().labels().owner())) {
        throw new Problem(403, device.get().labels().hostname() + " is not yours to change.");
      }
      return device.get().asMachine();
    }
    var machine = machines.machine(call);
    Verbs.mustOperate(call.request(), machine);
    Verbs.mustBeUnlocked(machine);
    if (!WIRED_IN.contains(machine.state())) {
      throw new Problem(
          409,
          "Cannot change the interfaces of %s: it is %s, and that takes %s"
              .formatted(
                  machine.hostname(),
                  machine.state().title(),
                  String.join(", ", WIRED_IN.stream().map(State::title).toList())));
    }
    return machine;
  }

  /// The machine, if its disks may be laid out now by who asks: one that is nobody's by an
  /// operator, one that is allocated by its owner.
  Machine storable(Call call) {
    var machine = machines.machine(call);
    Verbs.mustBeUnlocked(machine);
    if (machine.labels().owner().isEmpty()) {
      Verbs.mustOperate(call.request(), machine);
    } else {
      Verbs.mustOwn(call.request(), machine);
    }
    if (machine.state() != State.READY && machine.state() != State.ALLOCATED) {
      throw new Problem(
          409,
          "Cannot change the storage of %s: it is %s, and that takes Ready or Allocated"
              .formatted(machine.hostname(), machine.state().title()));
    }
    return machine;
  }

  long number() {
    return parts.database().inTransaction(NodeNumbers::next);
  }

  LongSupplier numbers() {
    return NodeNumbers.given(parts.database());
  }

  Around around() {
    return Around.of(parts.networks().now());
  }

  /// Carries a change out; it is made from what the caller saw, or refused.
  Machine change(Call call, Machine machine, String what, UnaryOperator<Setup> how) {
    var after = how.apply(machine.node());
    var device = device(call);
    if (device.isPresent()) {
      return parts
          .devices()
          .change(Origin.of(call.request()), device.get(), what, d -> d.with(after))
          .asMachine();
    }
    return after.equals(machine.node())
        ? machine
        : parts
            .verbs()
            .apply(call.request(), machine, new Event.Configure(machine.node(), after, what));
  }
}
