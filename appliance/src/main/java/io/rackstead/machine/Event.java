package io.rackstead.machine;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.PowerState;
import io.rackstead.commission.Hardware;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.node.Setup;
import java.util.Optional;

/// What can happen to a machine. What people and rules want comes first, what machines report after
/// it.
public sealed interface Event {
  /// Accepts a newcomer, or inspects a known machine again.
  record Commission() implements Event {}

  record Test() implements Event {}

  /// @param agent which of the owner's programs asked, empty when it does not say
  record Allocate(String owner, String agent) implements Event {
    public Allocate(String owner) {
      this(owner, "");
    }
  }

  record Deploy(Deployment deployment) implements Event {}

  record Release(EraseMode erase) implements Event {}

  record Abort() implements Event {}

  record EnterRescue() implements Event {}

  record ExitRescue() implements Event {}

  record MarkBroken(String comment) implements Event {}

  record MarkFixed() implements Event {}

  record Lock() implements Event {}

  record Unlock() implements Event {}

  /// Names, place, tags, owner data: one event per request.
  record Edit(Labels labels) implements Event {}

  /// Interfaces configured anew.
  ///
  /// @param before what the change was made from; when it is no longer so, the change is refused
  record Configure(Setup before, Setup after, String what) implements Event {}

  /// How the machine is switched; the password goes to the vault in the same transaction.
  record SetPower(Optional<BmcAddress> bmc, String user) implements Event {}

  /// Where its ephemeral system comes from: a disc in the BMC's drive, that carries this, or the
  /// network.
  record SetDisc(Optional<StaticNetwork> network) implements Event {}

  /// A person has looked at a conflict and says that this machine is what it says it is.
  record ClearQuarantine() implements Event {}

  record HardwareReported(Identity identity, Hardware hardware) implements Event {}

  record Quarantine(String reason) implements Event {}

  record CommissioningDone() implements Event {}

  record TestsPassed() implements Event {}

  /// The image and its seed are on the disk, read back and right.
  ///
  /// @param disk the disk's kernel name in the last report
  record ImageWritten(String disk) implements Event {}

  /// The installed system itself has reported.
  record Booted() implements Event {}

  record Erased() implements Event {}

  /// The hardware says that it is off (or a person does, where power is manual).
  record PoweredOff() implements Event {}

  record RescueReached() implements Event {}

  record RescueLeft() implements Event {}

  /// What the BMC says now.
  record PowerSeen(PowerState state) implements Event {}

  /// What a person has to do for it; empty when it is done.
  record Prompted(String prompt) implements Event {}

  /// A sign of life that renews the patience of a busy state.
  record Progressed(String message) implements Event {}

  record Failed(String reason) implements Event {}
}
