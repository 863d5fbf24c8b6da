package io.rackstead.machine;

import io.rackstead.commission.Hardware;
import io.rackstead.image.Architecture;
import io.rackstead.node.Setup;
import java.util.Optional;

/// One physical server, from first sight to removal. A value: it changes only through [Machines].
///
/// @param version counts every change, for optimistic locking
/// @param quarantine why nothing may be done with it until a person has looked; empty when all is
///   well
/// @param setup how its interfaces are configured; empty until it is written first
/// @param erase what the release under way does to the disks
public record Machine(
    MachineId id,
    long version,
    Identity identity,
    Labels labels,
    Standing standing,
    boolean locked,
    Optional<String> quarantine,
    Architecture arch,
    Optional<Hardware> hardware,
    Power power,
    Optional<Deployment> deployment,
    EraseMode erase,
    Optional<Setup> setup) {
  public Machine(
      MachineId id,
      long version,
      Identity identity,
      Labels labels,
      Standing standing,
      boolean locked,
      Optional<String> quarantine,
      Architecture arch,
      Optional<Hardware> hardware,
      Power power,
      Optional<Deployment> deployment,
      EraseMode erase) {
    this(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        Optional.empty());
  }

  /// Its interfaces as they are configured; bare when nothing was ever seen of it.
  public Setup node() {
    return setup.orElse(Setup.BARE);
  }

  public Machine with(Setup newSetup) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        Optional.of(newSetup));
  }

  public State state() {
    return standing.state();
  }

  public long epoch() {
    return standing.epoch();
  }

  /// What is weighed when any machine will do: the smallest that fits is given.
  double price() {
    return hardware.map(h -> h.cpuCount() + h.memoryMib() / 1024.0).orElse(0.0);
  }

  public String hostname() {
    return labels.hostname();
  }

  public Machine with(Standing newStanding) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        newStanding,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  public Machine with(Labels newLabels) {
    return new Machine(
        id,
        version,
        identity,
        newLabels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  public Machine with(Power newPower) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        newPower,
        deployment,
        erase,
        setup);
  }

  public Machine with(Identity newIdentity) {
    return new Machine(
        id,
        version,
        newIdentity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  public Machine with(Hardware newHardware) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        Optional.of(newHardware),
        power,
        deployment,
        erase,
        setup);
  }

  public Machine with(Architecture newArch) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        newArch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  public Machine withDeployment(Optional<Deployment> newDeployment) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        newDeployment,
        erase,
        setup);
  }

  public Machine withErase(EraseMode newErase) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        newErase,
        setup);
  }

  public Machine withLocked(boolean newLocked) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        newLocked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  public Machine withQuarantine(Optional<String> newQuarantine) {
    return new Machine(
        id,
        version,
        identity,
        labels,
        standing,
        locked,
        newQuarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }

  Machine withVersion(long newVersion) {
    return new Machine(
        id,
        newVersion,
        identity,
        labels,
        standing,
        locked,
        quarantine,
        arch,
        hardware,
        power,
        deployment,
        erase,
        setup);
  }
}
