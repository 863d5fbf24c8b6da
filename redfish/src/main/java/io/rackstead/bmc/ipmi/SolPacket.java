package io.rackstead.bmc.ipmi;

import java.util.Arrays;

/// The payload of serial over LAN (§15.9): what is sent, and what was received of the other side's,
/// each way.
///
/// @param sequence 1 to 15; 0 where nothing is sent that needs an answer
/// @param answered the number of the packet that this answers; 0 where none
/// @param accepted how many of its characters were taken
/// @param flags the operation or status byte, whose bits the two sides read differently
record SolPacket(int sequence, int answered, int accepted, int flags, byte[] data) {
  static final int HEADER = 4;

  /// It was not taken, or only as far as [#accepted] says: both directions.
  static final int NACK = 0x40;

  /// From the BMC: it ends, or has ended, the console.
  static final int DEACTIVATING = 0x10;

  /// To the BMC: 300 ms or more of break before what follows.
  static final int BREAK = 0x10;

  static SolPacket decode(byte[] in) {
    if (in.length < HEADER) {
      throw new MalformedPacket("serial over LAN in " + in.length + " bytes");
    }
    return new SolPacket(
        in[0] & 0xf,
        in[1] & 0xf,
        in[2] & 0xff,
        in[3] & 0xff,
        Arrays.copyOfRange(in, HEADER, in.length));
  }

  byte[] encode() {
    var out = new byte[HEADER + data.length];
    out[0] = (byte) sequence;
    out[1] = (byte) answered;
    out[2] = (byte) accepted;
    out[3] = (byte) flags;
    System.arraycopy(data, 0, out, HEADER, data.length);
    return out;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
