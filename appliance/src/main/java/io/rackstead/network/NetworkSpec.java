package io.rackstead.network;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A provisioning network as an operator writes it: `prov0 10.77.0.0/24 server
/// 10.77.0.50-10.77.0.199`, with `router=`, `dns=`, `domain=` and `52:54:00:77:00:01=10.77.0.9` (a
/// reservation) where wanted.
public record NetworkSpec(
    String networkInterface,
    Subnet subnet,
    Mode mode,
    List<AddressRange> ranges,
    Map<MacAddress, Inet4Address> reservations,
    Optional<Inet4Address> router,
    List<Inet4Address> dns,
    Optional<String> domain) {
  public NetworkSpec {
    ranges = List.copyOf(ranges);
    reservations = Map.copyOf(reservations);
    dns = List.copyOf(dns);
  }

  public static NetworkSpec parse(String text) {
    var words = List.of(text.strip().split("\\s+"));
    if (words.size() < 3) {
      throw new IllegalArgumentException(
          "a network is written as 'INTERFACE SUBNET server RANGE' or 'INTERFACE SUBNET proxy', got '"
              + text
              + "'");
    }
    var subnet = Subnet.parse(words.get(1));
    var mode =
        switch (words.get(2).toLowerCase(Locale.ROOT)) {
          case "server" -> Mode.SERVER;
          case "proxy" -> Mode.PROXY;
          default ->
              throw new IllegalArgumentException(
                  "DHCP on " + words.getFirst() + " is server or proxy, got " + words.get(2));
        };
    var ranges = new ArrayList<AddressRange>();
    var reservations = new HashMap<MacAddress, Inet4Address>();
    var dns = new ArrayList<Inet4Address>();
    Optional<Inet4Address> router = Optional.empty();
    Optional<String> domain = Optional.empty();
    for (var word : words.subList(3, words.size())) {
      int is = word.indexOf('=');
      var value = word.substring(is + 1);
      switch (is < 0 ? "" : word.substring(0, is)) {
        case "" -> ranges.add(inside(subnet, AddressRange.parse(word)));
        case "router" -> router = Optional.of(Subnet.address(value));
        case "dns" -> dns.add(Subnet.address(value));
        case "domain" -> domain = Optional.of(value);
        default -> reservations.put(MacAddress.parse(word.substring(0, is)), Subnet.address(value));
      }
    }
    if (mode == Mode.SERVER && ranges.isEmpty() && reservations.isEmpty()) {
      throw new IllegalArgumentException(
          "DHCP on " + words.getFirst() + " has no address to give: name a range or a reservation");
    }
    return new NetworkSpec(
        words.getFirst(), subnet, mode, ranges, reservations, router, dns, domain);
  }

  private static AddressRange inside(Subnet subnet, AddressRange range) {
    if (!subnet.contains(range.first()) || !subnet.contains(range.last())) {
      throw new IllegalArgumentException("the range " + range + " is not inside " + subnet);
    }
    return range;
  }
}
