package io.rackstead.pxe.net;

/// A packet that cannot be read: weather, not a fault. It says what is wrong and at which octet,
/// and carries no stack trace, because anybody on the wire can cause thousands of them.
public final class MalformedPacket extends RuntimeException {
  public MalformedPacket(String what, int offset) {
    super(what + " at octet " + offset, null, false, false);
  }
}
