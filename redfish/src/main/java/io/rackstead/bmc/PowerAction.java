package io.rackstead.bmc;

/// Redfish's own `ResetType` values that every kind of BMC can do in its way.
public enum PowerAction {
  ON,
  FORCE_OFF,
  GRACEFUL_SHUTDOWN,
  FORCE_RESTART,
  POWER_CYCLE
}
