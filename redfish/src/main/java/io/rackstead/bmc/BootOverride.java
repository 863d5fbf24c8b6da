package io.rackstead.bmc;

/// Facet: reads back what [Bmc#bootFrom] left in the BMC, which may keep less than it was told.
public interface BootOverride {
  Override current();

  /// @param valid whether the firmware will heed it at its next start
  /// @param text as the BMC holds it, for people: `PXE, once, EFI`
  record Override(boolean valid, String text) {}
}
