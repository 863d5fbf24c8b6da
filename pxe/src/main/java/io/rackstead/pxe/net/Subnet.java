package io.rackstead.pxe.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// An IPv4 network that machines are provisioned on.
public record Subnet(Inet4Address network, int prefixLength) {
  public Subnet {
    if (prefixLength < 8 || prefixLength > 30) {
      throw new IllegalArgumentException(
          "a provisioning subnet is /8 to /30, got /" + prefixLength);
    }
    if ((bits(network) & ~maskBits(prefixLength)) != 0) {
      throw new IllegalArgumentException(
          network.getHostAddress() + "/" + prefixLength + " has host bits set");
    }
  }

  public static Subnet parse(String cidr) {
    int slash = cidr.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a subnet is written as 10.0.0.0/24, got " + cidr);
    }
    try {
      return new Subnet(
          address(cidr.substring(0, slash)), Integer.parseInt(cidr.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a subnet is written as 10.0.0.0/24, got " + cidr, e);
    }
  }

  public boolean contains(Inet4Address address) {
    return (bits(address) & maskBits(prefixLength)) == bits(network);
  }

  public Inet4Address mask() {
    return address(maskBits(prefixLength));
  }

  public Inet4Address broadcast() {
    return address(bits(network) | ~maskBits(prefixLength));
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefixLength;
  }

  /// The dotted text of an address; never a name that would be looked up.
  public static Inet4Address address(String dotted) {
    var parts = dotted.split("\\.", -1);
    int bits = 0;
    for (var part : parts) {
      int octet = part.matches("[0-9]{1,3}") ? Integer.parseInt(part) : 256;
      if (parts.length != 4 || octet > 255) {
        throw new IllegalArgumentException("not an IPv4 address: " + dotted);
      }
      bits = bits << 8 | octet;
    }
    return address(bits);
  }

  public static Inet4Address address(int bits) {
    try {
      return (Inet4Address)
          InetAddress.getByAddress(
              new byte[] {
                (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
              });
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are always an address", e);
    }
  }

  public static int bits(Inet4Address address) {
    var octets = address.getAddress();
    return (octets[0] & 255) << 24
        | (octets[1] & 255) << 16
        | (octets[2] & 255) << 8
        | octets[3] & 255;
  }

  private static int maskBits(int prefixLength) {
    return -1 << (32 - prefixLength);
  }
}
