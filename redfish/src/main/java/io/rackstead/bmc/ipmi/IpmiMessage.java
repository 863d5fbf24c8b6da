package io.rackstead.bmc.ipmi;

import java.util.Arrays;

/// The IPMI message inside a packet (§13.8): who asks whom for what, with two checksums.
sealed interface IpmiMessage {
  int BMC = 0x20;

  /// A remote console's software id (§5.5).
  int CONSOLE = 0x81;

  record Request(int netFunction, int command, int sequence, byte[] data) implements IpmiMessage {
    byte[] encode() {
      var out = new byte[7 + data.length];
      out[0] = (byte) BMC;
      out[1] = (byte) (netFunction << 2);
      out[2] = checksum(out, 0, 2);
      out[3] = (byte) CONSOLE;
      out[4] = (byte) (sequence << 2);
      out[5] = (byte) command;
      System.arraycopy(data, 0, out, 6, data.length);
      out[out.length - 1] = checksum(out, 3, out.length - 1);
      return out;
    }
  }

  record Response(int netFunction, int command, int sequence, int completion, byte[] data)
      implements IpmiMessage {
    boolean answers(Request request) {
      return netFunction == (request.netFunction() | 1)
          && command == request.command()
          && sequence == request.sequence();
    }
  }

  static Response decodeResponse(byte[] in) {
    if (in.length < 8) {
      throw new MalformedPacket("an IPMI answer of " + in.length + " bytes");
    }
    if (checksum(in, 0, 2) != in[2] || checksum(in, 3, in.length - 1) != in[in.length - 1]) {
      throw new MalformedPacket("wrong checksum");
    }
    return new Response(
        (in[1] & 0xff) >> 2,
        in[5] & 0xff,
        (in[4] & 0xff) >> 2,
        in[6] & 0xff,
        Arrays.copyOfRange(in, 7, in.length - 1));
  }

  /// Two's complement, so that bytes and checksum together are 0 (§13.8).
  private static byte checksum(byte[] bytes, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += bytes[i];
    }
    return (byte) -sum;
  }
}
