package io.rackstead.vmhost;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.machine.Actor;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Outcome;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// Empties a host of the machines that were composed on it, a step at a time: what is somebody's is
/// released first, so that a layer above it lets it go, and what is free is removed with its disks.
public final class Evacuating {
  private final VmHosts hosts;
  private final Consumer<? super Machine> decompose;
  private final Machines machines;
  private final InstantSource clock;

  public Evacuating(VmHosts hosts, Machines machines, InstantSource clock) {
    this(hosts, hosts::decompose, machines, clock);
  }

  /// @param decompose removes what a machine runs on
  Evacuating(
      VmHosts hosts, Consumer<? super Machine> decompose, Machines machines, InstantSource clock) {
    this.hosts = hosts;
    this.decompose = decompose;
    this.machines = machines;
    this.clock = clock;
  }

  /// @return why it does not go on by itself, a line for each machine that a person has to see to
  List<String> step(VmHost host) {
    var stuck = new ArrayList<String>();
    for (var machine : hosts.machinesOn(host)) {
      if (machine.locked()) {
        stuck.add(machine.hostname() + " is locked: unlock it first");
      } else {
        step(host, machine).ifPresent(stuck::add);
      }
    }
    return stuck;
  }

  private Optional<String> step(VmHost host, Machine machine) {
    return switch (machine.state()) {
      case COMMISSIONING, TESTING, DEPLOYING -> happens(machine, new Event.Abort());
      case DEPLOYED, ALLOCATED, RESERVED, FAILED_DEPLOYMENT -> release(machine);
      case RESCUE_MODE, FAILED_ENTERING_RESCUE_MODE, FAILED_EXITING_RESCUE_MODE ->
          happens(machine, new Event.ExitRescue());
      case RELEASING, DISK_ERASING, ENTERING_RESCUE_MODE, EXITING_RESCUE_MODE -> Optional.empty();
      case RELEASING_FAILED, FAILED_DISK_ERASING ->
          Optional.of(machine.hostname() + " could not be released: see to it");
      case BROKEN, MISSING ->
          machine.labels().owner().isEmpty() ? removed(host, machine) : release(machine);
      case NEW, READY, RETIRED, FAILED_COMMISSIONING, FAILED_TESTING -> removed(host, machine);
    };
  }

  /// Its disks are removed with it and the host's own are erased after it, so nothing is erased
  /// within.
  private Optional<String> release(Machine machine) {
    return happens(machine, new Event.Release(EraseMode.NONE));
  }

  private Optional<String> happens(Machine machine, Event event) {
    var outcome =
        machines.apply(
            machine.id(),
            event,
            Actor.APPLIANCE,
            tx ->
                Audit.write(
                    tx,
                    clock.instant(),
                    Origin.APPLIANCE,
                    "%s %s (%s), as its VM host is released"
                        .formatted(
                            event.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                            machine.hostname(),
                            machine.id())));
    return switch (outcome) {
      case Outcome.Moved _ -> Optional.empty();
      case Outcome.Refused(_, var why) -> Optional.of(machine.hostname() + ": " + why);
    };
  }

  private Optional<String> removed(VmHost host, Machine machine) {
    decompose.accept(machine);
    machines.delete(
        machine.id(),
        Actor.APPLIANCE,
        tx ->
            Audit.write(
                tx,
                clock.instant(),
                Origin.APPLIANCE,
                "removed %s (%s), as VM host %s is released"
                    .formatted(machine.hostname(), machine.id(), host.name())));
    return Optional.empty();
  }
}
