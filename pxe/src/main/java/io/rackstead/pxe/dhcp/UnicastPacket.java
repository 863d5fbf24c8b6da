package io.rackstead.pxe.dhcp;

import java.net.Inet4Address;
import java.nio.ByteBuffer;

/// A UDP datagram with its IP header, RFC 791 and 768, for a client that no socket can reach yet.
final class UnicastPacket {
  private static final int IP_HEADER = 20;
  private static final int UDP_HEADER = 8;
  private static final int UDP = 17;
  private static final int TTL = 64;

  private UnicastPacket() {}

  static byte[] of(
      Inet4Address from, int fromPort, Inet4Address to, int toPort, ByteBuffer payload) {
    int udpLength = UDP_HEADER + payload.remaining();
    var packet = ByteBuffer.allocate(IP_HEADER + udpLength);
    packet
        .put((byte) 0x45)
        .put((byte) 0x10) // low delay, as other DHCP servers mark it
        .putShort((short) (IP_HEADER + udpLength))
        .putShort((short) 0)
        .putShort((short) 0x4000)
        .put((byte) TTL)
        .put((byte) UDP)
        .putShort((short) 0)
        .put(from.getAddress())
        .put(to.getAddress())
        .putShort((short) fromPort)
        .putShort((short) toPort)
        .putShort((short) udpLength)
        .putShort((short) 0)
        .put(payload.duplicate());
    packet.putShort(10, (short) ~fold(sum(packet, 0, IP_HEADER)));
    // the pseudo header: both addresses, the protocol, the length
    long pseudo = sum(packet, 12, 8) + UDP + udpLength;
    int checksum = ~fold(pseudo + sum(packet, IP_HEADER, udpLength)) & 0xffff;
    packet.putShort(IP_HEADER + 6, (short) (checksum == 0 ? 0xffff : checksum));
    return packet.array();
  }

  /// RFC 1071, not folded yet.
  static long sum(ByteBuffer of, int from, int length) {
    long sum = 0;
    for (int at = 0; at < length; at += 2) {
      int low = at + 1 < length ? of.get(from + at + 1) & 255 : 0;
      sum += (of.get(from + at) & 255) << 8 | low;
    }
    return sum;
  }

  static int fold(long sum) {
    long folded = sum;
    while (folded >>> 16 != 0) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }
}
