package io.rackstead.pxe.capture;

import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The file that packet tools read: libpcap's classic format, of raw IPv4 packets with UDP inside.
/// Ethernet's frames are read, too, as `tcpdump` writes them.
public final class Pcap {
  private static final int MAGIC = 0xa1b2c3d4;
  private static final int MAGIC_NANOS = 0xa1b23c4d;
  private static final int FILE_HEAD = 24;
  private static final int RECORD_HEAD = 16;
  private static final int ETHERNET = 1;
  private static final int RAW_IP = 101;
  private static final int LONGEST = 65_535;
  private static final int IP_HEAD = 20;
  private static final int UDP_HEAD = 8;
  private static final int UDP = 17;
  private static final int MOST = 10_000;

  private Pcap() {}

  /// A datagram of UDP; two are equal when they are the same.
  public record Datagram(
      Instant at, Inet4Address from, int fromPort, Inet4Address to, int toPort, byte[] octets) {
    int length() {
      return IP_HEAD + UDP_HEAD + octets.length;
    }
  }

  public static byte[] write(List<Datagram> datagrams) {
    int size = FILE_HEAD + datagrams.stream().mapToInt(d -> RECORD_HEAD + d.length()).sum();
    var out = ByteBuffer.allocate(size);
    out.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
    out.putInt(LONGEST).putInt(RAW_IP);
    for (var one : datagrams) {
      out.putInt((int) one.at().getEpochSecond()).putInt(one.at().getNano() / 1000);
      out.putInt(one.length()).putInt(one.length());
      packet(one, out);
    }
    return out.array();
  }

  private static void packet(Datagram one, ByteBuffer out) {
    int start = out.position();
    out.put((byte) 0x45).put((byte) 0).putShort((short) one.length());
    out.putInt(0).put((byte) 64).put((byte) UDP).putShort((short) 0);
    out.put(one.from().getAddress()).put(one.to().getAddress());
    int sum = 0;
    for (int i = 0; i < IP_HEAD; i += 2) {
      sum += out.getShort(start + i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    out.putShort(start + 10, (short) ~((sum & 0xffff) + (sum >>> 16)));
    // UDP over IPv4 may go without a checksum (RFC 768)
    out.putShort((short) one.fromPort()).putShort((short) one.toPort());
    out.putShort((short) (UDP_HEAD + one.octets().length)).putShort((short) 0).put(one.octets());
  }

  /// The datagrams of a file; packets of other kinds are passed by.
  ///
  /// @throws MalformedPacket when it is no such file, or is cut off
  public static List<Datagram> read(byte[] file) {
    if (file.length < FILE_HEAD) {
      throw new MalformedPacket("no pcap: shorter than its head,", 0);
    }
    var in = ByteBuffer.wrap(file);
    in.order(ByteOrder.BIG_ENDIAN);
    if (!known(in.getInt(0))) {
      in.order(ByteOrder.LITTLE_ENDIAN);
    }
    if (!known(in.getInt(0))) {
      throw new MalformedPacket("no pcap (pcapng has to be saved as pcap)", 0);
    }
    int link = in.getInt(20);
    if (link != ETHERNET && link != RAW_IP) {
      throw new MalformedPacket("link type " + link, 20);
    }
    long fraction = in.getInt(0) == MAGIC_NANOS ? 1 : 1000;
    var found = new ArrayList<Datagram>();
    in.position(FILE_HEAD);
    while (in.hasRemaining() && found.size() < MOST) {
      if (in.remaining() < RECORD_HEAD) {
        throw new MalformedPacket("a record is cut off", in.position());
      }
      var at =
          Instant.ofEpochSecond(
              in.getInt() & 0xffff_ffffL, (in.getInt() & 0xffff_ffffL) * fraction);
      int length = in.getInt();
      in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new MalformedPacket("a packet is cut off", in.position());
      }
      datagram(at, in.slice(in.position(), length).order(ByteOrder.BIG_ENDIAN), link, found);
      in.position(in.position() + length);
    }
    return List.copyOf(found);
  }

  private static boolean known(int magic) {
    return magic == MAGIC || magic == MAGIC_NANOS;
  }

  private static void datagram(Instant at, ByteBuffer frame, int link, List<Datagram> into) {
    int ip = 0;
    if (link == ETHERNET) {
      if (frame.remaining() < 14 || frame.getShort(12) != 0x0800) {
        return;
      }
      ip = 14;
    }
    if (frame.remaining() < ip + IP_HEAD || frame.get(ip) >>> 4 != 4) {
      return;
    }
    int head = (frame.get(ip) & 15) * 4;
    boolean whole = (frame.getShort(ip + 6) & 0x3fff) == 0;
    int udp = ip + head;
    if (head < IP_HEAD
        || frame.get(ip + 9) != UDP
        || !whole
        || frame.remaining() < udp + UDP_HEAD) {
      return;
    }
    int length = frame.getShort(udp + 4) & 0xffff;
    if (length < UDP_HEAD || frame.remaining() < udp + length) {
      return;
    }
    var octets = new byte[length - UDP_HEAD];
    frame.get(udp + UDP_HEAD, octets);
    into.add(
        new Datagram(
            at,
            Subnet.address(frame.getInt(ip + 12)),
            frame.getShort(udp) & 0xffff,
            Subnet.address(frame.getInt(ip + 16)),
            frame.getShort(udp + 2) & 0xffff,
            octets));
  }
}
