package io.rackstead.bmc.fake;

/// What a fake BMC does wrong while the fault is switched on.
public enum Fault {
  /// answers nothing
  SILENT,
  /// has no free session
  BUSY,
  /// carries out nothing, and says that it did
  DEAF_TO_POWER,
  /// reports a power state nobody can read
  UNREADABLE_POWER,
  /// keeps no boot target, and says that it did
  FORGETS_BOOT_TARGET,
  /// knows no boot override at all
  NO_BOOT_OVERRIDE
}
