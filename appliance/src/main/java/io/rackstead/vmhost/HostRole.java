package io.rackstead.vmhost;

import io.rackstead.access.Origin;
import io.rackstead.assign.Policies;
import io.rackstead.handover.Targets;
import io.rackstead.machine.Machine;
import io.rackstead.store.Tx;

/// Machines that become VM hosts by being deployed so: handed over to this appliance itself, as a
/// policy's line would have it.
public final class HostRole {
  private static final String ROLE = "kvm-host";
  private static final String BROKER = "libvirt";

  /// The target that is set up where there is none of that broker.
  private static final String USUAL = "vm-hosts";

  private final Targets targets;
  private final Policies policies;

  public HostRole(Targets targets, Policies policies) {
    this.targets = targets;
    this.policies = policies;
  }

  /// The target that such machines are handed to.
  public String target(Origin by) {
    return targets.of(BROKER, USUAL, by);
  }

  public void bind(Tx tx, Machine machine, String target) {
    policies.bind(tx, machine, ROLE, target);
  }
}
