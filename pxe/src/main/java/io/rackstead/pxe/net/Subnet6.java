package io.rackstead.pxe.net;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// An IPv6 network that machines are provisioned on.
public record Subnet6(Inet6Address network, int prefixLength) {
  public static final int OCTETS = 16;

  public Subnet6 {
    if (prefixLength < 16 || prefixLength > 126) {
      throw new IllegalArgumentException(
          "an IPv6 provisioning subnet is /16 to /126, got /" + prefixLength);
    }
    if (!network.equals(masked(network, prefixLength))) {
      throw new IllegalArgumentException(
          network.getHostAddress() + "/" + prefixLength + " has host bits set");
    }
  }

  public static Subnet6 parse(String cidr) {
    int slash = cidr.indexOf('/');
    if (slash < 0 || !cidr.substring(slash + 1).matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("an IPv6 subnet is written as fd00::/64, got " + cidr);
    }
    return new Subnet6(
        address(cidr.substring(0, slash)), Integer.parseInt(cidr.substring(slash + 1)));
  }

  public boolean contains(Inet6Address address) {
    return masked(address, prefixLength).equals(network);
  }

  private static Inet6Address masked(Inet6Address address, int length) {
    var octets = address.getAddress();
    for (int bit = length; bit < OCTETS * 8; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
    }
    return address(octets);
  }

  /// Never a name that would be looked up, and never an IPv4 address.
  public static Inet6Address address(byte[] octets) {
    try {
      return Inet6Address.getByAddress("", octets, -1);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an IPv6 address has 16 octets", e);
    }
  }

  /// The address that a text writes; never a name that would be looked up.
  public static Inet6Address address(String text) {
    if (text.indexOf('%') < 0 && InetAddress.ofLiteral(text) instanceof Inet6Address address) {
      return address;
    }
    throw new IllegalArgumentException("not an IPv6 address: " + text);
  }

  /// The address as a number, to count with.
  public static BigInteger number(Inet6Address address) {
    return new BigInteger(1, address.getAddress());
  }

  /// As people write it, without an interface and with the longest run of zeros left out.
  public static String text(Inet6Address address) {
    var groups = new int[8];
    var octets = address.getAddress();
    for (int i = 0; i < 8; i++) {
      groups[i] = (octets[2 * i] & 255) << 8 | octets[2 * i + 1] & 255;
    }
    int from = -1;
    int longest = 1; // RFC 5952 §4.2.2: one group alone is written
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > longest) {
        from = i;
        longest = end - i;
      }
    }
    var text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == from) {
        text.append("::");
        i += longest - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text(network) + "/" + prefixLength;
  }
}
