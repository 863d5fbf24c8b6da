package io.rackstead.name;

import io.rackstead.dns.DnsName;
import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Which zones the addresses of a subnet are in. A zone ends at an octet, or at four bits of IPv6;
/// a subnet that ends elsewhere has several, and never one that holds the addresses of others.
final class ReverseZones {
  private ReverseZones() {}

  static List<String> of(Prefix cidr) {
    int step = cidr.v4() ? 8 : 4;
    int length = (cidr.length() + step - 1) / step * step;
    if (length == 0) {
      length = step;
    }
    var each = BigInteger.ONE.shiftLeft(cidr.bits() - length);
    var zones = new ArrayList<String>();
    for (var at = cidr.first(); at.compareTo(cidr.last()) <= 0; at = at.add(each)) {
      var whole = DnsName.reverse(Ip.of(at, cidr.bits()));
      var labels = whole.split("\\.", -1);
      int less = (cidr.bits() - length) / step;
      zones.add(String.join(".", List.of(labels).subList(less, labels.length)));
    }
    return zones;
  }
}
