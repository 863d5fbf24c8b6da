package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dhcp4java.DHCPPacket;

/// Octets to [DhcpMessage] and back. dhcp4java reads and writes the fixed part. Around it stands
/// what it lacks: every length is checked before it sees a packet, split options are joined and
/// long ones split (RFC 3396), and overloaded fields are read and written (RFC 2132 §9.3).
final class DhcpCodec {
  private static final int FIXED = 236;
  private static final int COOKIE = 0x63825363;
  private static final int OPTIONS_AT = FIXED + 4;
  private static final int SNAME_AT = 44;
  private static final int FILE_AT = 108;
  private static final int MAX_SIZE = 1500;
  private static final int BOOTP_SIZE = 300;
  private static final int PAD = 0;
  private static final int END = 255;
  private static final int ETHERNET = 1;

  private DhcpCodec() {}

  static DhcpMessage decode(ByteBuffer in) {
    int size = in.remaining();
    if (size < OPTIONS_AT) {
      throw new MalformedPacket("only " + size + " octets, a DHCP message has 240 or more,", size);
    }
    if (size > MAX_SIZE) {
      throw new MalformedPacket(size + " octets, more than a frame holds,", MAX_SIZE);
    }
    var octets = new byte[size];
    in.get(octets);
    if (ByteBuffer.wrap(octets).getInt(FIXED) != COOKIE) {
      throw new MalformedPacket("no DHCP cookie", FIXED);
    }
    if (octets[1] != ETHERNET || octets[2] != 6) {
      throw new MalformedPacket(
          "hardware type " + (octets[1] & 255) + " with " + (octets[2] & 255) + " octets", 1);
    }
    var options = options(octets);
    var head = head(octets);
    int overload = DhcpOptions.of(options).octet(DhcpOptions.OVERLOAD).orElse(0);
    options.remove(DhcpOptions.OVERLOAD);
    var message =
        new DhcpMessage(
            head.getOp(),
            head.getHops() & 255,
            head.getXid(),
            head.getSecs() & 0xffff,
            head.getFlags() < 0,
            address(head.getCiaddrRaw()),
            address(head.getYiaddrRaw()),
            address(head.getSiaddrRaw()),
            address(head.getGiaddrRaw()),
            MacAddress.of(Arrays.copyOf(head.getChaddr(), 6)),
            (overload & 2) != 0 ? "" : text(octets, SNAME_AT, 64),
            (overload & 1) != 0 ? "" : text(octets, FILE_AT, 128),
            DhcpOptions.of(options));
    message.check();
    return message;
  }

  private static DHCPPacket head(byte[] octets) {
    // the fixed part alone with an empty list of options: what dhcp4java reads without guessing
    var head = Arrays.copyOf(octets, OPTIONS_AT + 1);
    head[OPTIONS_AT] = (byte) END;
    try {
      return DHCPPacket.getPacket(head, 0, head.length, true);
    } catch (IllegalArgumentException e) {
      throw new MalformedPacket("fixed part unreadable: " + e.getMessage(), 0);
    }
  }

  private static SortedMap<Integer, byte[]> options(byte[] octets) {
    var joined = new TreeMap<Integer, byte[]>();
    read(octets, OPTIONS_AT, octets.length, joined);
    var overload = joined.get(DhcpOptions.OVERLOAD);
    if (overload != null) {
      if (overload.length != 1 || overload[0] < 1 || overload[0] > 3) {
        throw new MalformedPacket("overload of unknown kind", OPTIONS_AT);
      }
      // RFC 3396 §5: the file field continues the options before the sname field
      if ((overload[0] & 1) != 0) {
        read(octets, FILE_AT, FILE_AT + 128, joined);
      }
      if ((overload[0] & 2) != 0) {
        read(octets, SNAME_AT, SNAME_AT + 64, joined);
      }
    }
    return joined;
  }

  private static void read(byte[] octets, int from, int to, SortedMap<Integer, byte[]> joined) {
    for (int at = from; at < to; ) {
      int option = octets[at++] & 255;
      if (option == PAD) {
        continue;
      }
      if (option == END) {
        return;
      }
      if (at >= to) {
        throw new MalformedPacket("option " + option + " without a length", at);
      }
      int length = octets[at++] & 255;
      if (length > to - at) {
        throw new MalformedPacket(
            "option " + option + " says " + length + " octets, " + (to - at) + " are left,", at);
      }
      joined.merge(option, Arrays.copyOfRange(octets, at, at + length), DhcpCodec::concat);
      at += length;
    }
    // no END: seen from real clients whose last option fills the packet, so it is let through
  }

  private static byte[] concat(byte[] first, byte[] second) {
    var both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /// @param limit the most octets that the client takes
  /// @throws IllegalArgumentException when the options do not fit, however they are packed
  static ByteBuffer encode(DhcpMessage message, int limit) {
    var head = head(message);
    var plain = new ByteArrayOutputStream();
    var behind = new ByteArrayOutputStream();
    message
        .options()
        .values()
        .forEach((option, value) -> {
          // RFC 3046 §2.2 wants option 82 behind all others
          boolean last = value.length > 255 || option == DhcpOptions.RELAY_AGENT;
          OptionRooms.write(option, value, last ? behind : plain);
        });
    int size = OPTIONS_AT + plain.size() + behind.size() + 1;
    if (size > limit) {
      return overloaded(message, head, limit);
    }
    var packet = ByteBuffer.allocate(Math.max(size, BOOTP_SIZE));
    packet.put(head).put(plain.toByteArray()).put(behind.toByteArray()).put((byte) END);
    return packet.clear();
  }

  private static byte[] head(DhcpMessage message) {
    var head = new DHCPPacket();
    head.setOp((byte) message.op());
    head.setHtype((byte) ETHERNET);
    head.setHlen((byte) 6);
    head.setHops((byte) message.hops());
    head.setXid(message.xid());
    head.setSecs((short) message.secs());
    head.setFlags(message.broadcast() ? Short.MIN_VALUE : 0);
    head.setCiaddrRaw(message.ciaddr().getAddress());
    head.setYiaddrRaw(message.yiaddr().getAddress());
    head.setSiaddrRaw(message.siaddr().getAddress());
    head.setGiaddrRaw(message.giaddr().getAddress());
    head.setChaddr(Arrays.copyOf(message.chaddr().octets(), 16));
    head.setSnameRaw(field(message.sname(), 64));
    head.setFileRaw(field(message.file(), 128));
    head.setDhcp(true);
    return Arrays.copyOf(head.serialize(0, MAX_SIZE), OPTIONS_AT);
  }

  /// RFC 2132 §9.3: options in the two fields that the message does not need.
  private static ByteBuffer overloaded(DhcpMessage message, byte[] head, int limit) {
    var relay = new ByteArrayOutputStream();
    message
        .options()
        .octets(DhcpOptions.RELAY_AGENT)
        .ifPresent(value -> OptionRooms.write(DhcpOptions.RELAY_AGENT, value, relay));
    int free = limit - OPTIONS_AT - 1 - relay.size() - 3;
    var rooms =
        new OptionRooms(
            Math.max(0, free),
            message.file().isEmpty() ? 128 - 1 : 0,
            message.sname().isEmpty() ? 64 - 1 : 0);
    rooms.put(message.options().without(DhcpOptions.RELAY_AGENT).values());
    var file = rooms.room(1);
    var sname = rooms.room(2);
    var main = new ByteArrayOutputStream();
    main.writeBytes(rooms.room(0));
    int overload = (file.length > 0 ? 1 : 0) | (sname.length > 0 ? 2 : 0);
    if (overload > 0) {
      OptionRooms.write(DhcpOptions.OVERLOAD, new byte[] {(byte) overload}, main);
    }
    main.writeBytes(relay.toByteArray());
    main.write(END);
    close(head, FILE_AT, file);
    close(head, SNAME_AT, sname);
    var packet = ByteBuffer.allocate(Math.max(OPTIONS_AT + main.size(), BOOTP_SIZE));
    return packet.put(head).put(main.toByteArray()).clear();
  }

  private static void close(byte[] head, int at, byte[] room) {
    if (room.length > 0) {
      System.arraycopy(room, 0, head, at, room.length);
      head[at + room.length] = (byte) END;
    }
  }

  private static byte[] field(String text, int size) {
    var octets = text.getBytes(StandardCharsets.ISO_8859_1);
    if (octets.length >= size) {
      throw new IllegalArgumentException(
          "text of " + octets.length + " octets does not fit into " + size);
    }
    return Arrays.copyOf(octets, size);
  }

  private static String text(byte[] octets, int at, int size) {
    int length = 0;
    while (length < size - 1 && octets[at + length] != 0) {
      length++;
    }
    return new String(octets, at, length, StandardCharsets.ISO_8859_1);
  }

  private static Inet4Address address(byte[] octets) {
    return Subnet.address(ByteBuffer.wrap(octets).getInt());
  }
}
