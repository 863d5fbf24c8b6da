package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/// What a relay adds about itself: option 82, RFC 3046. The octets go back as they came; here is
/// read what the server acts upon. Sub-options that are cut off end the reading: the relay, not the
/// client, wrote them, and the client is not to suffer.
///
/// @param port the switch port as the relay names it, circuit and remote identifier; empty without
///   either
/// @param link the network that the client is on, where it is not the relay's own: RFC 3527
/// @param serverId the address that the relay wants the client to take for the server's: RFC 5107
/// @param unicast the client sent to the relay alone: RFC 5010
record RelayInfo(
    String port, Optional<Inet4Address> link, Optional<Inet4Address> serverId, boolean unicast) {
  static final RelayInfo NONE = new RelayInfo("", Optional.empty(), Optional.empty(), false);

  private static final int CIRCUIT_ID = 1;
  private static final int REMOTE_ID = 2;
  private static final int LINK_SELECTION = 5;
  private static final int FLAGS = 10;
  private static final int SERVER_ID_OVERRIDE = 11;
  private static final int UNICAST_FLAG = 0x80;

  static RelayInfo of(DhcpMessage message) {
    var octets = message.options().octets(DhcpOptions.RELAY_AGENT);
    return octets.isEmpty() ? NONE : read(ByteBuffer.wrap(octets.get()));
  }

  private static RelayInfo read(ByteBuffer in) {
    var port = new StringBuilder();
    Optional<Inet4Address> link = Optional.empty();
    Optional<Inet4Address> serverId = Optional.empty();
    boolean unicast = false;
    while (in.remaining() >= 2) {
      int code = in.get() & 255;
      int length = in.get() & 255;
      if (length > in.remaining()) {
        break;
      }
      var value = in.slice(in.position(), length);
      in.position(in.position() + length);
      switch (code) {
        case CIRCUIT_ID, REMOTE_ID -> {
          var octets = new byte[length];
          value.get(octets);
          port.append(code == CIRCUIT_ID ? 'c' : 'r').append(HexFormat.of().formatHex(octets));
        }
        case LINK_SELECTION -> link = address(value);
        case SERVER_ID_OVERRIDE -> serverId = address(value);
        case FLAGS -> unicast = length > 0 && (value.get() & UNICAST_FLAG) != 0;
        default -> {
          // echoed like the others, and nobody's business here
        }
      }
    }
    return new RelayInfo(port.toString(), link, serverId, unicast);
  }

  private static Optional<Inet4Address> address(ByteBuffer value) {
    return value.remaining() == 4 ? Optional.of(Subnet.address(value.getInt())) : Optional.empty();
  }
}
