package io.rackstead.dns;

import io.rackstead.pxe.net.MalformedPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// A question as it came, RFC 1035 §4.1. What cannot be read is a [MalformedPacket]; what is no
/// question at all is empty.
final class DnsQuery {
  private static final int HEADER = 12;
  private static final int RECORDS = 16;
  private static final int RESPONSE = 0x8000;
  private static final int RECURSION_DESIRED = 0x0100;

  final int id;
  final int opcode;
  final boolean recursion;
  final String name;
  final int type;
  final int dnsClass;
  final Optional<Edns> edns;
  private final byte[] question;

  /// RFC 6891 §6.1.
  ///
  /// @param size the largest datagram that the client takes
  record Edns(int size, int version) {}

  private DnsQuery(
      int id,
      int flags,
      String name,
      int type,
      int dnsClass,
      Optional<Edns> edns,
      byte[] question) {
    this.id = id;
    this.opcode = flags >> 11 & 15;
    this.recursion = (flags & RECURSION_DESIRED) != 0;
    this.name = name;
    this.type = type;
    this.dnsClass = dnsClass;
    this.edns = edns;
    this.question = question;
  }

  /// The question section letter by letter: a client may check that we keep its case.
  byte[] question() {
    return question.clone();
  }

  /// Something to which no answer is due: too short, or an answer itself.
  static boolean mute(byte[] packet) {
    return packet.length < HEADER || (packet[2] & RESPONSE >> 8) != 0;
  }

  static DnsQuery decode(byte[] packet) {
    var in = ByteBuffer.wrap(packet);
    int id = in.getShort() & 0xffff;
    int flags = in.getShort() & 0xffff;
    int questions = in.getShort() & 0xffff;
    int others = 0;
    for (int i = 0; i < 3; i++) {
      others += in.getShort() & 0xffff;
    }
    if ((flags >> 11 & 15) != 0) {
      return new DnsQuery(id, flags, "", 0, 0, Optional.empty(), new byte[0]);
    }
    if (questions != 1 || others > RECORDS) {
      throw new MalformedPacket(questions + " questions, " + others + " records", 4);
    }
    var name = DnsName.read(in);
    need(in, 4);
    int type = in.getShort() & 0xffff;
    int dnsClass = in.getShort() & 0xffff;
    var question = Arrays.copyOfRange(packet, HEADER, in.position());
    var edns = Optional.<Edns>empty();
    for (int i = 0; i < others; i++) {
      int start = in.position();
      DnsName.skip(in);
      need(in, 10);
      int kind = in.getShort() & 0xffff;
      int size = in.getShort() & 0xffff;
      int extended = in.getInt();
      int length = in.getShort() & 0xffff;
      need(in, length);
      in.position(in.position() + length);
      if (kind == DnsType.OPT) {
        if (edns.isPresent()) {
          throw new MalformedPacket("a second OPT record", start);
        }
        edns = Optional.of(new Edns(size, extended >> 16 & 255));
      }
    }
    return new DnsQuery(id, flags, name, type, dnsClass, edns, question);
  }

  private static void need(ByteBuffer in, int octets) {
    if (in.remaining() < octets) {
      throw new MalformedPacket("the packet ends within a record", in.position());
    }
  }
}
