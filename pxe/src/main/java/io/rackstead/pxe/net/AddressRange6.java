package io.rackstead.pxe.net;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.util.Arrays;

/// IPv6 addresses from first to last, both included.
public record AddressRange6(Inet6Address first, Inet6Address last) {
  public AddressRange6 {
    if (Arrays.compareUnsigned(first.getAddress(), last.getAddress()) > 0) {
      throw new IllegalArgumentException(
          "a range ends before it starts: " + Subnet6.text(first) + "-" + Subnet6.text(last));
    }
  }

  public static AddressRange6 parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException("a range is written as fd00::10-fd00::99, got " + text);
    }
    return new AddressRange6(
        Subnet6.address(text.substring(0, dash).strip()),
        Subnet6.address(text.substring(dash + 1).strip()));
  }

  public boolean contains(Inet6Address address) {
    return Arrays.compareUnsigned(address.getAddress(), first.getAddress()) >= 0
        && Arrays.compareUnsigned(address.getAddress(), last.getAddress()) <= 0;
  }

  public BigInteger size() {
    return Subnet6.number(last).subtract(Subnet6.number(first)).add(BigInteger.ONE);
  }

  /// The address that lies so far behind the first.
  public Inet6Address at(BigInteger offset) {
    var number = Subnet6.number(first).add(offset).toByteArray();
    var octets = new byte[Subnet6.OCTETS];
    int count = Math.min(number.length, octets.length);
    System.arraycopy(number, number.length - count, octets, octets.length - count, count);
    return Subnet6.address(octets);
  }

  @Override
  public String toString() {
    return Subnet6.text(first) + "-" + Subnet6.text(last);
  }
}
