package io.rackstead.boot;

import io.rackstead.agent.Purpose;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;

/// What a known machine boots: a pure function of its state. Nothing here writes a disk; the
/// ephemeral system does, and only what its steps say.
sealed interface BootPlan {
  record Ephemeral(Purpose purpose, String rule) implements BootPlan {}

  record OwnDisk(String rule) implements BootPlan {}

  static BootPlan of(Machine machine) {
    if (machine.quarantine().isPresent()) {
      return new OwnDisk(machine.hostname() + " is quarantined: its own disk");
    }
    if (machine.state() == State.DEPLOYING
        && machine.deployment().map(Deployment::written).orElse(false)) {
      return new OwnDisk("the image is written: its own disk");
    }
    return Purpose.of(machine)
        .<BootPlan>map(
            purpose -> new Ephemeral(purpose, machine.state().title() + ": the ephemeral system"))
        .orElseGet(() -> new OwnDisk(machine.state().title() + ": its own disk"));
  }
}
