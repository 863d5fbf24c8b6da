package io.rackstead.agent;

import io.rackstead.machine.Machine;
import java.util.Optional;

/// What a machine runs the ephemeral system for; follows from its state alone.
public enum Purpose {
  ENLIST,
  COMMISSION,
  TEST,
  INSTALL,
  ERASE,
  RESCUE;

  /// Empty: nothing for the ephemeral system to do, an agent that asks is told to stop.
  public static Optional<Purpose> of(Machine machine) {
    if (machine.quarantine().isPresent()) {
      return Optional.empty();
    }
    return switch (machine.state()) {
      case NEW -> Optional.of(ENLIST);
      case COMMISSIONING -> Optional.of(COMMISSION);
      case TESTING -> Optional.of(TEST);
      case DEPLOYING -> Optional.of(INSTALL);
      case DISK_ERASING -> Optional.of(ERASE);
      case ENTERING_RESCUE_MODE, RESCUE_MODE -> Optional.of(RESCUE);
      case FAILED_COMMISSIONING,
          MISSING,
          READY,
          RESERVED,
          DEPLOYED,
          RETIRED,
          BROKEN,
          ALLOCATED,
          FAILED_DEPLOYMENT,
          RELEASING,
          RELEASING_FAILED,
          FAILED_DISK_ERASING,
          FAILED_ENTERING_RESCUE_MODE,
          EXITING_RESCUE_MODE,
          FAILED_EXITING_RESCUE_MODE,
          FAILED_TESTING ->
          Optional.empty();
    };
  }
}
