package io.rackstead.dns;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// An answer: the question again, and records in three sections.
final class DnsReply {
  static final int NOERROR = 0;
  static final int FORMERR = 1;
  static final int SERVFAIL = 2;
  static final int NXDOMAIN = 3;
  static final int NOTIMP = 4;
  static final int REFUSED = 5;
  static final int BADVERS = 16;

  /// What a datagram may hold without being cut into fragments on its way.
  static final int DATAGRAM = 1232;

  private static final int PLAIN = 512;
  private static final int RESPONSE = 0x8000;
  private static final int AUTHORITATIVE = 0x0400;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int RECURSION_AVAILABLE = 0x0080;

  final DnsQuery query;
  int code = NOERROR;
  boolean authoritative;
  boolean recursive;
  final List<DnsRecord> answers = new ArrayList<>();
  final List<DnsRecord> authority = new ArrayList<>();
  final List<DnsRecord> additional = new ArrayList<>();

  DnsReply(DnsQuery query) {
    this.query = query;
  }

  DnsReply code(int wanted) {
    code = wanted;
    return this;
  }

  /// For a packet that could not be read: its id is all that we know of it.
  static byte[] malformed(byte[] packet) {
    var out = new ByteArrayOutputStream();
    out.write(packet[0]);
    out.write(packet[1]);
    put16(out, RESPONSE | (packet[2] & 0x79) << 8 | FORMERR);
    for (int i = 0; i < 4; i++) {
      put16(out, 0);
    }
    return out.toByteArray();
  }

  byte[] overUdp() {
    int limit = query.edns.map(e -> Math.clamp(e.size(), PLAIN, DATAGRAM)).orElse(PLAIN);
    var whole = encode(false);
    if (whole.length > limit) {
      additional.clear();
      whole = encode(false);
    }
    return whole.length > limit ? encode(true) : whole;
  }

  byte[] overTcp() {
    var whole = encode(false);
    return whole.length > 0xffff ? encode(true) : whole;
  }

  private byte[] encode(boolean truncated) {
    var out = new ByteArrayOutputStream(512);
    put16(out, query.id);
    put16(
        out,
        RESPONSE
            | query.opcode << 11
            | (authoritative ? AUTHORITATIVE : 0)
            | (truncated ? TRUNCATED : 0)
            | (query.recursion ? RECURSION_DESIRED : 0)
            | (recursive ? RECURSION_AVAILABLE : 0)
            | code & 15);
    var question = query.question();
    put16(out, question.length == 0 ? 0 : 1);
    put16(out, truncated ? 0 : answers.size());
    put16(out, truncated ? 0 : authority.size());
    put16(out, (truncated ? 0 : additional.size()) + (query.edns.isPresent() ? 1 : 0));
    out.writeBytes(question);
    if (!truncated) {
      answers.forEach(record -> put(out, record));
      authority.forEach(record -> put(out, record));
      additional.forEach(record -> put(out, record));
    }
    if (query.edns.isPresent()) {
      out.write(0);
      put16(out, DnsType.OPT);
      put16(out, DATAGRAM);
      put16(out, code >> 4 << 8);
      put16(out, 0);
      put16(out, 0);
    }
    return out.toByteArray();
  }

  /// The owner that was asked for is the question's own, case and all: RFC 1035 §4.1.4.
  private void put(ByteArrayOutputStream out, DnsRecord record) {
    if (record.name().equals(query.name)) {
      put16(out, 0xc00c);
    } else {
      out.writeBytes(DnsName.wire(record.name()));
    }
    put16(out, record.type());
    put16(out, 1);
    put16(out, (int) (record.ttl() >> 16));
    put16(out, (int) record.ttl());
    put16(out, record.data().length);
    out.writeBytes(record.data());
  }

  private static void put16(ByteArrayOutputStream out, int value) {
    out.write(value >> 8);
    out.write(value);
  }
}
