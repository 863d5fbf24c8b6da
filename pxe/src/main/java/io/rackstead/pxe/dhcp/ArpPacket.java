package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.Optional;

/// ARP for IPv4 on Ethernet, RFC 826, as far as it says who has which address.
///
/// @param address what the sender says is its own; 0.0.0.0 in a probe (RFC 5227 §1.1)
record ArpPacket(MacAddress sender, Inet4Address address) {
  private static final int SIZE = 28;
  private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;
  private static final int REQUEST = 1;
  private static final int REPLY = 2;

  /// Empty for what is something else, or is malformed.
  static Optional<ArpPacket> decode(ByteBuffer in) {
    if (in.remaining() < SIZE || in.getLong(in.position()) >>> 16 != ETHERNET_IPV4) {
      return Optional.empty();
    }
    int operation = in.getShort(in.position() + 6);
    if (operation != REQUEST && operation != REPLY) {
      return Optional.empty();
    }
    var mac = new byte[6];
    in.position(in.position() + 8).get(mac);
    return Optional.of(new ArpPacket(MacAddress.of(mac), Subnet.address(in.getInt())));
  }

  /// "Who has this address?", asked by nobody: a sender's address would go into every cache on the
  /// wire (RFC 5227 §2.1.1).
  static byte[] probe(MacAddress from, Inet4Address target) {
    return ByteBuffer.allocate(SIZE)
        .putLong(ETHERNET_IPV4 << 16 | REQUEST)
        .put(from.octets())
        .putInt(0)
        .put(new byte[6])
        .put(target.getAddress())
        .array();
  }
}
