package io.rackstead.dns;

import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/// One record as it goes out. Names are in lower case without the final dot.
public final class DnsRecord {
  private final String name;
  private final int type;
  private final long ttl;
  private final String target;
  private final byte[] data;

  private DnsRecord(String name, int type, long ttl, String target, byte[] data) {
    this.name = DnsName.lower(name);
    this.type = type;
    this.ttl = ttl;
    this.target = DnsName.lower(target);
    this.data = data;
  }

  public static DnsRecord address(String name, long ttl, InetAddress address) {
    int type = address instanceof Inet4Address ? DnsType.A : DnsType.AAAA;
    return new DnsRecord(name, type, ttl, "", address.getAddress());
  }

  /// CNAME, NS and PTR.
  public static DnsRecord pointing(String name, int type, long ttl, String target) {
    return new DnsRecord(name, type, ttl, target, DnsName.wire(target));
  }

  public static DnsRecord mx(String name, long ttl, int preference, String exchange) {
    var out = new ByteArrayOutputStream();
    put16(out, preference);
    out.writeBytes(DnsName.wire(exchange));
    return new DnsRecord(name, DnsType.MX, ttl, exchange, out.toByteArray());
  }

  /// RFC 2782.
  public static DnsRecord srv(
      String name, long ttl, int priority, int weight, int port, String target) {
    var out = new ByteArrayOutputStream();
    put16(out, priority);
    put16(out, weight);
    put16(out, port);
    out.writeBytes(DnsName.wire(target));
    return new DnsRecord(name, DnsType.SRV, ttl, target, out.toByteArray());
  }

  /// In strings of at most 255 octets, RFC 1035 §3.3.14.
  public static DnsRecord txt(String name, long ttl, String text) {
    var octets = text.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    int at = 0;
    do {
      int length = Math.min(255, octets.length - at);
      out.write(length);
      out.write(octets, at, length);
      at += length;
    } while (at < octets.length);
    return new DnsRecord(name, DnsType.TXT, ttl, "", out.toByteArray());
  }

  /// RFC 4255.
  public static DnsRecord sshfp(String name, long ttl, int algorithm, int kind, String hex) {
    var out = new ByteArrayOutputStream();
    out.write(algorithm);
    out.write(kind);
    out.writeBytes(HexFormat.of().parseHex(hex));
    return new DnsRecord(name, DnsType.SSHFP, ttl, "", out.toByteArray());
  }

  /// @param minimum how long the absence of a name is remembered, RFC 2308 §4
  public static DnsRecord soa(
      String zone, String server, String mailbox, long serial, long minimum) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(DnsName.wire(server));
    out.writeBytes(DnsName.wire(mailbox));
    put32(out, serial);
    put32(out, 600);
    put32(out, 1800);
    put32(out, 604_800);
    put32(out, minimum);
    return new DnsRecord(zone, DnsType.SOA, minimum, server, out.toByteArray());
  }

  /// RFC 8482 §4.2: the answer to a question for everything.
  static DnsRecord minimal(String name) {
    var out = new ByteArrayOutputStream();
    out.write(7);
    out.writeBytes("RFC8482".getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    return new DnsRecord(name, DnsType.HINFO, 3600, "", out.toByteArray());
  }

  private static void put16(ByteArrayOutputStream out, int value) {
    out.write(value >> 8);
    out.write(value);
  }

  private static void put32(ByteArrayOutputStream out, long value) {
    put16(out, (int) (value >> 16));
    put16(out, (int) value);
  }

  /// The same for the name that a wildcard stands for.
  DnsRecord as(String other) {
    return new DnsRecord(other, type, ttl, target, data);
  }

  public String name() {
    return name;
  }

  public int type() {
    return type;
  }

  public long ttl() {
    return ttl;
  }

  /// The name that it points at; empty when it points at none.
  public String target() {
    return target;
  }

  byte[] data() {
    return data;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DnsRecord that
        && name.equals(that.name)
        && type == that.type
        && ttl == that.ttl
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, ttl, Arrays.hashCode(data));
  }

  @Override
  public String toString() {
    return name + " " + ttl + " TYPE" + type + " " + HexFormat.of().formatHex(data);
  }
}
