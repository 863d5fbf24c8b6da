package io.rackstead.network;

import java.net.InetAddress;

/// Addresses that DHCP gives to whom it likes (dynamic), or that we give to nobody (reserved).
public record IpRange(
    long id,
    long subnetId,
    Kind kind,
    InetAddress start,
    InetAddress end,
    String comment,
    String username) {
  public enum Kind {
    DYNAMIC,
    RESERVED
  }

  public boolean contains(InetAddress address) {
    return Ip.bits(address) == Ip.bits(start)
        && Ip.number(address).compareTo(Ip.number(start)) >= 0
        && Ip.number(address).compareTo(Ip.number(end)) <= 0;
  }

  public boolean overlaps(IpRange other) {
    return contains(other.start) || other.contains(start);
  }
}
