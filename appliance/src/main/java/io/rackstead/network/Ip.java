package io.rackstead.network;

import io.rackstead.pxe.net.Subnet6;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// IP addresses of both versions as text and as numbers. A name is never looked up.
public final class Ip {
  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

  private Ip() {}

  public static InetAddress parse(String text) {
    var plain = text.strip();
    if (!plain.contains(":")) {
      return io.rackstead.pxe.net.Subnet.address(plain);
    }
    if (V6.matcher(plain).matches()
        && InetAddress.ofLiteral(plain) instanceof Inet6Address address) {
      return address;
    }
    throw new IllegalArgumentException("not an IP address: " + text);
  }

  public static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  public static InetAddress of(BigInteger number, int bits) {
    var octets = new byte[bits / 8];
    var digits = number.toByteArray();
    for (int i = 0; i < digits.length && i < octets.length; i++) {
      octets[octets.length - 1 - i] = digits[digits.length - 1 - i];
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are always an address", e);
    }
  }

  static int bits(InetAddress address) {
    return address instanceof Inet4Address ? 32 : 128;
  }

  /// RFC 5952 for IPv6: lower case, the longest run of zeros left out.
  public static String text(InetAddress address) {
    return address instanceof Inet6Address six ? Subnet6.text(six) : address.getHostAddress();
  }
}
