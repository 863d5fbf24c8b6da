package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Messages and networks for tests, said in few words.
final class Dhcp {
  static final MacAddress ANNA = MacAddress.parse("52:54:00:00:00:0a");
  static final MacAddress BERT = MacAddress.parse("52:54:00:00:00:0b");

  private Dhcp() {}

  static Inet4Address at(String address) {
    return Subnet.address(address);
  }

  static DhcpMessage from(MacAddress mac, MessageType type, DhcpOptions options) {
    return message(mac, 0, DhcpMessage.NONE, DhcpMessage.NONE, type, options);
  }

  static DhcpMessage relayed(
      MacAddress mac, MessageType type, String giaddr, String ciaddr, DhcpOptions options) {
    return message(mac, 1, at(ciaddr), at(giaddr), type, options);
  }

  static DhcpMessage message(
      MacAddress mac,
      int hops,
      Inet4Address ciaddr,
      Inet4Address giaddr,
      MessageType type,
      DhcpOptions options) {
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        hops,
        0x12345678,
        0,
        false,
        ciaddr,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        giaddr,
        mac,
        "",
        "",
        options.with(DhcpOptions.MESSAGE_TYPE, type.code()));
  }

  static Arrival on(String networkInterface) {
    return new Arrival(Optional.of(networkInterface), false, DhcpMessage.NONE, 68);
  }

  /// Server `.2`, addresses 50 to 60, router `.1`.
  static Served network(String networkInterface, String prefix, Mode mode) {
    return network(networkInterface, prefix, mode, Map.of());
  }

  static Served network(
      String networkInterface, String prefix, Mode mode, Map<String, String> options) {
    return new Served(
        networkInterface,
        Subnet.parse(prefix + ".0/24"),
        mode,
        at(prefix + ".2"),
        List.of(AddressRange.parse(prefix + ".50-" + prefix + ".60")),
        Map.of(),
        Optional.of(at(prefix + ".1")),
        List.of(at("9.9.9.9")),
        List.of(),
        Optional.of("example"),
        Duration.ofHours(1),
        OptionTemplates.all(OptionTemplate.of(options)));
  }
}
