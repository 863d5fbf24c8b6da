package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Message;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Relay;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Leases6;
import io.rackstead.pxe.net.AddressRange6;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Messages, clients and a network of IPv6 for tests, said in few words.
final class Six {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  static final Duid SELF = Duid.of(new UUID(1, 2));
  static final MacAddress ANNA = MacAddress.parse("52:54:00:00:00:0a");
  static final MacAddress BERT = MacAddress.parse("52:54:00:00:00:0b");
  static final Inet6Address STRANGE = at("fe80::1234:5678:9abc:def0");

  private Six() {}

  static Inet6Address at(String address) {
    return Subnet6.address(address);
  }

  /// The address that a card makes of its MAC.
  static Inet6Address linkLocal(MacAddress mac) {
    var octets = at("fe80::").getAddress();
    var of = mac.octets();
    octets[8] = (byte) (of[0] ^ 2);
    octets[9] = of[1];
    octets[10] = of[2];
    octets[11] = (byte) 0xff;
    octets[12] = (byte) 0xfe;
    octets[13] = of[3];
    octets[14] = of[4];
    octets[15] = of[5];
    return Subnet6.address(octets);
  }

  static byte[] duid(MacAddress mac) {
    return ByteBuffer.allocate(10)
        .putShort((short) 3)
        .putShort((short) 1)
        .put(mac.octets())
        .array();
  }

  static Dhcp6Options from(MacAddress mac) {
    return Dhcp6Options.NONE.with(Dhcp6Options.CLIENT_ID, duid(mac));
  }

  /// An association that names these addresses.
  static byte[] wanting(int id, String... addresses) {
    var out = ByteBuffer.allocate(12 + 28 * addresses.length);
    out.putInt(id).putInt(0).putInt(0);
    for (var address : addresses) {
      out.putShort((short) Dhcp6Options.IA_ADDRESS).putShort((short) 24);
      out.put(at(address).getAddress()).putInt(0).putInt(0);
    }
    return out.array();
  }

  static Dhcp6Options firmware(Dhcp6Options options, int arch, String vendorClass) {
    return options
        .with(Dhcp6Options.CLIENT_ARCH, new byte[] {0, (byte) arch})
        .with(Dhcp6Options.VENDOR_CLASS, Boots6.vendorClass(vendorClass));
  }

  static Message message(MessageType6 type, Dhcp6Options options) {
    return new Message(type, 0x123456, options);
  }

  static byte[] octets(Dhcp6Packet packet) {
    var out = packet.encode();
    var octets = new byte[out.remaining()];
    out.get(octets);
    return octets;
  }

  static Relay relayed(String link, Inet6Address peer, Dhcp6Packet inside, Dhcp6Options more) {
    return new Relay(
        false, 0, at(link), peer, more.with(Dhcp6Options.RELAY_MESSAGE, octets(inside)));
  }

  static Served6 network(Map<MacAddress, Inet6Address> reservations, String range) {
    return new Served6(
        "prov0",
        Subnet6.parse("fd77::/64"),
        at("fd77::1"),
        List.of(AddressRange6.parse(range)),
        reservations,
        List.of(at("fd77::53")),
        Optional.of("lab.example"),
        Duration.ofHours(1),
        true,
        OptionTemplates.NONE);
  }

  static Served6 network() {
    return network(Map.of(), "fd77::1000-fd77::1fff");
  }

  static Dhcp6Responder responder(Leases6 leases, Loaders loaders, Served6... served) {
    var networks =
        new Networks() {
          @Override
          public List<Served> served() {
            return List.of();
          }

          @Override
          public List<Served6> served6() {
            return List.of(served);
          }
        };
    return new Dhcp6Responder(
        networks, new Boots6(new Linux(), loaders, () -> 5248), leases, SELF, () -> NOW);
  }

  static Arrival6 on(String networkInterface) {
    return new Arrival6(Optional.of(networkInterface), STRANGE);
  }

  static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  private record Linux() implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("vmlinuz", List.of("initrd"), List.of()), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
