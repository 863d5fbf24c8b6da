package io.rackstead.network;

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
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    var octets = address.getAddress();
    var groups = new int[8];
    int best = -1;
    int length = 1;
    int run = 0;
    for (int i = 0; i < 8; i++) {
      groups[i] = (octets[2 * i] & 255) << 8 | octets[2 * i + 1] & 255;
      run = groups[i] == 0 ? run + 1 : 0;
      if (run > length) {
        length = run;
        best = i - run + 1;
      }
    }
    var text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
            .append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
