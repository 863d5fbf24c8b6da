package io.rackstead.machine;

/// A side effect that a move asks for: stored with the move, carried out after it, repeated after a
/// crash.
public enum Task {
  /// On, and booting from the network this once.
  START_FROM_NETWORK,
  /// Booting from its own disk: restarts when it is on, starts when it is off.
  START_FROM_DISK,
  /// Off, and the hardware says so; the release then goes on.
  POWER_OFF,
  /// Becoming what the policy that wants it says.
  FOLLOW_POLICY
}
