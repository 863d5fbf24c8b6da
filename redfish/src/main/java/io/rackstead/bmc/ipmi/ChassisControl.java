package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.PowerAction;

/// What Chassis Control (§28.3) does. Switching on what is on, or off what is off, changes nothing;
/// a second pulse or reset does, so those are sent once only.
enum ChassisControl {
  POWER_DOWN(0, "power down", true),
  POWER_UP(1, "power up", true),
  POWER_CYCLE(2, "power cycle", false),
  HARD_RESET(3, "hard reset", false),
  SOFT_SHUTDOWN(5, "soft shutdown", false);

  final int code;
  final String text;
  final boolean repeatable;

  ChassisControl(int code, String text, boolean repeatable) {
    this.code = code;
    this.text = text;
    this.repeatable = repeatable;
  }

  static ChassisControl of(PowerAction action) {
    return switch (action) {
      case ON -> POWER_UP;
      case FORCE_OFF -> POWER_DOWN;
      case GRACEFUL_SHUTDOWN -> SOFT_SHUTDOWN;
      case FORCE_RESTART -> HARD_RESET;
      case POWER_CYCLE -> POWER_CYCLE;
    };
  }
}
