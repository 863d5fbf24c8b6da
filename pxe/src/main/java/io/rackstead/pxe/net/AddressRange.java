package io.rackstead.pxe.net;

import java.net.Inet4Address;

/// Addresses from first to last, both included.
public record AddressRange(Inet4Address first, Inet4Address last) {
  public AddressRange {
    if (Integer.compareUnsigned(Subnet.bits(first), Subnet.bits(last)) > 0) {
      throw new IllegalArgumentException(
          "a range ends before it starts: " + first.getHostAddress() + "-" + last.getHostAddress());
    }
  }

  public static AddressRange parse(String text) {
    int dash = text.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException("a range is written as 10.0.0.50-10.0.0.99, got " + text);
    }
    return new AddressRange(
        Subnet.address(text.substring(0, dash).strip()),
        Subnet.address(text.substring(dash + 1).strip()));
  }

  public boolean contains(Inet4Address address) {
    int bits = Subnet.bits(address);
    return Integer.compareUnsigned(bits, Subnet.bits(first)) >= 0
        && Integer.compareUnsigned(bits, Subnet.bits(last)) <= 0;
  }

  public long size() {
    return (long) Subnet.bits(last) - Subnet.bits(first) + 1;
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "-" + last.getHostAddress();
  }
}
