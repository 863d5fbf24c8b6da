package io.rackstead.network;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;

/// A network of either IP version: `10.0.0.0/24`, `2001:db8::/64`.
public record Prefix(InetAddress network, int length) {
  public Prefix {
    if (length < 0 || length > Ip.bits(network)) {
      throw new IllegalArgumentException(
          "a prefix of " + Ip.text(network) + " cannot be /" + length);
    }
    if (!Ip.number(network).and(hostMask(network, length)).equals(BigInteger.ZERO)) {
      throw new IllegalArgumentException(Ip.text(network) + "/" + length + " has host bits set");
    }
  }

  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).strip().matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("a network is written as 10.0.0.0/24, got " + text);
    }
    return new Prefix(
        Ip.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1).strip()));
  }

  public boolean v4() {
    return network instanceof Inet4Address;
  }

  public int bits() {
    return Ip.bits(network);
  }

  public BigInteger first() {
    return Ip.number(network);
  }

  public BigInteger last() {
    return first().or(hostMask(network, length));
  }

  public boolean contains(InetAddress address) {
    return Ip.bits(address) == bits()
        && Ip.number(address).compareTo(first()) >= 0
        && Ip.number(address).compareTo(last()) <= 0;
  }

  public boolean overlaps(Prefix other) {
    return contains(other.network) || other.contains(network);
  }

  private static BigInteger hostMask(InetAddress network, int length) {
    return BigInteger.ONE.shiftLeft(Ip.bits(network) - length).subtract(BigInteger.ONE);
  }

  @Override
  public String toString() {
    return Ip.text(network) + "/" + length;
  }
}
