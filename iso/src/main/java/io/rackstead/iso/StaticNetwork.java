package io.rackstead.iso;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The address that a server has while it runs the ephemeral system, where no DHCP gives it one.
///
/// @param mac the adapter that it is for; empty: the first with a link
/// @param gateway empty without one
/// @param vlan 0 for untagged frames
public record StaticNetwork(
    String mac, String address, int prefix, String gateway, List<String> dns, int vlan) {
  public StaticNetwork {
    mac = mac.toLowerCase(Locale.ROOT).replace('-', ':');
    if (!mac.isEmpty() && !mac.matches("([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
      throw new IllegalArgumentException("not a MAC address: " + mac);
    }
    address = checked(address);
    boolean six = address.contains(":");
    if (prefix < 1 || prefix > (six ? 127 : 31)) {
      throw new IllegalArgumentException(
          "the prefix of %s is 1 to %d, got %d".formatted(address, six ? 127 : 31, prefix));
    }
    gateway = gateway.isEmpty() ? "" : checked(gateway);
    dns = dns.stream().map(StaticNetwork::checked).toList();
    if (vlan < 0 || vlan > 4094) {
      throw new IllegalArgumentException("a VLAN is 1 to 4094, or 0 for none, got " + vlan);
    }
  }

  /// From how people write it.
  ///
  /// @param cidr address and prefix, `10.0.9.21/24`
  /// @param dns addresses with commas or blanks between them
  public static StaticNetwork parse(
      String mac, String cidr, String gateway, String dns, String vlan) {
    var parts = cidr.strip().split("/", -1);
    if (parts.length != 2 || !parts[1].matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "an address with its prefix is wanted, as 10.0.9.21/24, got '" + cidr + "'");
    }
    if (!vlan.isBlank() && !vlan.strip().matches("[0-9]{1,4}")) {
      throw new IllegalArgumentException("not a VLAN: '" + vlan + "'");
    }
    return new StaticNetwork(
        mac.strip(),
        parts[0],
        Integer.parseInt(parts[1]),
        gateway.strip(),
        List.of(dns.strip().split("[,\\s]+")).stream().filter(text -> !text.isEmpty()).toList(),
        vlan.isBlank() ? 0 : Integer.parseInt(vlan.strip()));
  }

  public String cidr() {
    return address + "/" + prefix;
  }

  /// As the ephemeral system reads it on its kernel line.
  public List<String> words() {
    var words = new ArrayList<String>();
    if (!mac.isEmpty()) {
      words.add("BOOTIF=01-" + mac.replace(':', '-'));
    }
    words.add("rackstead.address=" + cidr());
    if (!gateway.isEmpty()) {
      words.add("rackstead.gateway=" + gateway);
    }
    if (!dns.isEmpty()) {
      words.add("rackstead.dns=" + String.join(",", dns));
    }
    if (vlan > 0) {
      words.add("rackstead.vlan=" + vlan);
    }
    return List.copyOf(words);
  }

  private static String checked(String text) {
    try {
      var address = InetAddress.ofLiteral(text.strip());
      if (address.isAnyLocalAddress()
          || address.isLoopbackAddress()
          || address.isMulticastAddress()) {
        throw new IllegalArgumentException("no server has the address " + text);
      }
      return address.getHostAddress();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an address: '" + text + "'", e);
    }
  }
}
