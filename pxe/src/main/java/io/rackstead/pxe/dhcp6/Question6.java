package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Message;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Relay;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A client's message without the relays around it, and what they and its addresses say of it.
///
/// @param relays from the outermost to the one next to the client
/// @param peer the client's own address on its link
record Question6(Message message, List<Relay> relays, Inet6Address peer) {
  private static final int ETHERNET = 1;

  Question6 {
    relays = List.copyOf(relays);
  }

  /// @throws MalformedPacket also for one that went through too many relays
  static Question6 of(Dhcp6Packet packet, Inet6Address source) {
    var relays = new ArrayList<Relay>();
    var at = packet;
    var peer = source;
    while (at instanceof Relay relay) {
      if (relay.reply() || relays.size() >= Dhcp6Packet.MOST_HOPS) {
        throw new MalformedPacket(
            relay.reply() ? "a reply to a relay" : "too many relays: they form a loop", 0);
      }
      relays.add(relay);
      peer = relay.peer();
      at = relay.inside();
    }
    return new Question6((Message) at, relays, peer);
  }

  Optional<Duid> client() {
    return message.options().first(Dhcp6Options.CLIENT_ID).map(Duid::new);
  }

  Optional<Duid> server() {
    return message.options().first(Dhcp6Options.SERVER_ID).map(Duid::new);
  }

  /// The adapter that asks. The relay next to it has seen its frame (RFC 6939); an address that was
  /// made of the MAC names it; a DUID may have been made of another adapter of the machine.
  Optional<MacAddress> mac() {
    return relayed()
        .or(() -> ofAddress(peer))
        .or(() -> client().flatMap(Duid::mac))
        .filter(mac -> !mac.multicast() && mac.bits() != 0);
  }

  private Optional<MacAddress> relayed() {
    return relays.isEmpty()
        ? Optional.empty()
        : relays
            .getLast()
            .options()
            .first(Dhcp6Options.LINK_LAYER)
            .map(ByteBuffer::wrap)
            .filter(in -> in.remaining() == 8 && in.getShort() == ETHERNET)
            .map(in -> {
              var octets = new byte[6];
              in.get(octets);
              return MacAddress.of(octets);
            });
  }

  /// RFC 4291 appendix A, backwards.
  static Optional<MacAddress> ofAddress(Inet6Address address) {
    var octets = address.getAddress();
    boolean ofMac =
        address.isLinkLocalAddress() && octets[11] == (byte) 0xff && octets[12] == (byte) 0xfe;
    return ofMac
        ? Optional.of(
            MacAddress.of(
                new byte[] {
                  (byte) (octets[8] ^ 2), octets[9], octets[10], octets[13], octets[14], octets[15]
                }))
        : Optional.empty();
  }

  /// The link that the client is on, as the relay next to it that knows one says (RFC 8415 §13.1).
  Optional<Inet6Address> link() {
    return relays.reversed().stream()
        .map(Relay::link)
        .filter(link -> !link.isAnyLocalAddress() && !link.isLinkLocalAddress())
        .findFirst();
  }

  /// The port of a switch, where the relay names it.
  Optional<String> port() {
    return relays.isEmpty()
        ? Optional.empty()
        : relays
            .getLast()
            .options()
            .first(Dhcp6Options.INTERFACE_ID)
            .map(octets -> new String(octets, StandardCharsets.ISO_8859_1));
  }

  /// RFC 5970 §3.3: the first that the firmware names.
  ClientArch arch() {
    return message
        .options()
        .first(Dhcp6Options.CLIENT_ARCH)
        .filter(octets -> octets.length >= 2)
        .map(octets -> ClientArch.of(ByteBuffer.wrap(octets).getShort() & 0xffff))
        .orElse(ClientArch.UNKNOWN);
  }

  /// `HTTPClient` in the vendor class, UEFI 2.10 §24.7.
  boolean httpClient() {
    return vendorClass().startsWith("HTTPClient");
  }

  private String vendorClass() {
    return message
        .options()
        .first(Dhcp6Options.VENDOR_CLASS)
        .filter(octets -> octets.length > 6)
        .map(octets -> new String(octets, 6, octets.length - 6, StandardCharsets.ISO_8859_1))
        .orElse("");
  }

  boolean fromLoader() {
    return message.options().all(Dhcp6Options.USER_CLASS).stream()
        .map(octets -> new String(octets, StandardCharsets.ISO_8859_1))
        // RFC 8415 §21.15 puts two octets of length in front of each class
        .anyMatch(text -> text.equals("iPXE") || text.equals("\0\4iPXE"));
  }

  /// Whether it asks for something to boot at all.
  boolean boots() {
    return fromLoader()
        || message.options().has(Dhcp6Options.CLIENT_ARCH)
        || httpClient()
        || vendorClass().startsWith("PXEClient");
  }

  Optional<UUID> systemUuid() {
    return client().flatMap(Duid::uuid);
  }

  /// One line for the operator; nothing in it comes from the wire unchecked.
  String summary() {
    var text = new StringBuilder(message.type().name().replace('_', '-'));
    link()
        .ifPresent(
            link -> text.append(" by relay of ").append(io.rackstead.pxe.net.Subnet6.text(link)));
    if (boots()) {
      text.append(fromLoader() ? " loader " : " firmware ").append(arch());
    }
    return text.toString();
  }
}
