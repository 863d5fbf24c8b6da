package io.rackstead.bmc.redfish;

import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import java.util.List;
import java.util.Optional;

/// Which of the `ResetType` values that a system allows does what is asked: the plain one first,
/// then what comes to the same. A button is pushed only where it is known what it does.
final class ResetTypes {
  private ResetTypes() {}

  /// @param allowed empty where the system does not say
  static Optional<String> choose(PowerAction action, PowerState now, List<String> allowed) {
    var wanted = wanted(action, now);
    return allowed.isEmpty()
        ? Optional.of(wanted.getFirst())
        : wanted.stream().filter(allowed::contains).findFirst();
  }

  private static List<String> wanted(PowerAction action, PowerState now) {
    return switch (action) {
      case ON ->
          now == PowerState.OFF
              ? List.of("On", "ForceOn", "PushPowerButton")
              : List.of("On", "ForceOn");
      case FORCE_OFF -> List.of("ForceOff");
      case GRACEFUL_SHUTDOWN ->
          now == PowerState.ON
              ? List.of("GracefulShutdown", "PushPowerButton")
              : List.of("GracefulShutdown");
      case FORCE_RESTART -> List.of("ForceRestart", "PowerCycle", "FullPowerCycle");
      case POWER_CYCLE -> List.of("PowerCycle", "FullPowerCycle", "ForceRestart");
    };
  }
}
