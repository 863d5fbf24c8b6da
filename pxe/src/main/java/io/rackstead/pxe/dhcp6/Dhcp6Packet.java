package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.nio.ByteBuffer;

/// A DHCPv6 datagram: a client's or server's message (RFC 8415 §8), or one that relays carry (§9).
public sealed interface Dhcp6Packet {
  /// RFC 8415 §7.6, HOP_COUNT_LIMIT.
  int MOST_HOPS = 8;

  Dhcp6Options options();

  ByteBuffer encode();

  /// @param transaction three octets that a reply gives back
  record Message(MessageType6 type, int transaction, Dhcp6Options options) implements Dhcp6Packet {
    @Override
    public ByteBuffer encode() {
      var out = ByteBuffer.allocate(4 + options.size());
      out.putInt(type.code() << 24 | transaction & 0xff_ffff);
      options.encode(out);
      return out.flip();
    }
  }

  /// @param reply towards the client, else towards the server
  /// @param link an address of the link that the client is on, or `::`
  /// @param peer whom it came from or goes to
  record Relay(boolean reply, int hops, Inet6Address link, Inet6Address peer, Dhcp6Options options)
      implements Dhcp6Packet {
    @Override
    public ByteBuffer encode() {
      var out = ByteBuffer.allocate(34 + options.size());
      out.put((byte) (reply ? MessageType6.RELAY_REPLY : MessageType6.RELAY_FORWARD));
      out.put((byte) hops).put(link.getAddress()).put(peer.getAddress());
      options.encode(out);
      return out.flip();
    }

    /// What it carries.
    Dhcp6Packet inside() {
      var octets = options.first(Dhcp6Options.RELAY_MESSAGE);
      if (octets.isEmpty()) {
        throw new MalformedPacket("a relay's message carries none", 34);
      }
      return decode(ByteBuffer.wrap(octets.get()));
    }
  }

  /// Reads one datagram, or throws [MalformedPacket]. The buffer's rest is the packet.
  static Dhcp6Packet decode(ByteBuffer in) {
    if (in.remaining() < 4) {
      throw new MalformedPacket("shorter than its head", in.position());
    }
    int type = in.get(in.position()) & 255;
    if (type == MessageType6.RELAY_FORWARD || type == MessageType6.RELAY_REPLY) {
      return relay(in, type == MessageType6.RELAY_REPLY);
    }
    int head = in.getInt();
    var known = MessageType6.of(type);
    if (known.isEmpty()) {
      throw new MalformedPacket("message type " + type, 0);
    }
    return new Message(known.get(), head & 0xff_ffff, Dhcp6Options.decode(in));
  }

  private static Relay relay(ByteBuffer in, boolean reply) {
    if (in.remaining() < 34) {
      throw new MalformedPacket("a relay's head is cut off", in.position());
    }
    in.get();
    int hops = in.get() & 255;
    var link = address(in);
    var peer = address(in);
    return new Relay(reply, hops, link, peer, Dhcp6Options.decode(in));
  }

  static Inet6Address address(ByteBuffer in) {
    var octets = new byte[Subnet6.OCTETS];
    in.get(octets);
    return Subnet6.address(octets);
  }
}
