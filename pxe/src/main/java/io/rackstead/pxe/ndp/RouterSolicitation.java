package io.rackstead.pxe.ndp;

import io.rackstead.pxe.net.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/// RFC 4861 §4.1, as far as it says who asks.
final class RouterSolicitation {
  private static final int SOLICITATION = 133;
  private static final int ADVERTISEMENT = 134;
  private static final int SOURCE_LINK_LAYER = 1;

  private RouterSolicitation() {}

  /// Whether it is one at all; a host without an address yet names no sender.
  static boolean is(ByteBuffer icmp) {
    return icmp.remaining() >= 8 && (icmp.get(icmp.position()) & 255) == SOLICITATION;
  }

  /// The sender's MAC, empty when this is no solicitation, is malformed or names none.
  static Optional<MacAddress> sender(ByteBuffer icmp) {
    if (icmp.remaining() < 8 || (icmp.get() & 255) != SOLICITATION) {
      return Optional.empty();
    }
    icmp.position(icmp.position() + 7);
    while (icmp.remaining() >= 8) {
      int type = icmp.get() & 255;
      int octets = (icmp.get() & 255) * 8 - 2;
      if (octets < 6 || octets > icmp.remaining()) {
        return Optional.empty();
      }
      if (type == SOURCE_LINK_LAYER && octets == 6) {
        var mac = new byte[6];
        icmp.get(mac);
        return Optional.of(MacAddress.of(mac));
      }
      icmp.position(icmp.position() + octets);
    }
    return Optional.empty();
  }

  /// RFC 4861 §4.2 with a router lifetime of 0, no prefix and neither of the DHCPv6 flags: "I am no
  /// router of yours, and there is nothing to configure". The kernel adds the checksum.
  static byte[] nothingHere() {
    var octets = new byte[16];
    octets[0] = (byte) ADVERTISEMENT;
    return octets;
  }
}
