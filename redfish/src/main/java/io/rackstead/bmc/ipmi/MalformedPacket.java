package io.rackstead.bmc.ipmi;

/// A packet nobody can read: it is counted and dropped, and the wait for a good one goes on.
final class MalformedPacket extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedPacket(String what) {
    super(what, null, false, false);
  }
}
