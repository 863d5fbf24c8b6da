package io.rackstead.bmc;

/// Facet: UEFI Secure Boot.
public interface SecureBoot {
  State state();

  /// From the next start on.
  void enable(boolean on);

  /// @param now in force since the last start
  /// @param next what is asked for
  record State(boolean now, boolean next) {}
}
