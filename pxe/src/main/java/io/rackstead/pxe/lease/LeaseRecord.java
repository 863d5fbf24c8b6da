package io.rackstead.pxe.lease;

import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// One lease in 64 octets: a checksum over the rest, version, kind, address, MAC, times. Of a fixed
/// size, so that a damaged one hides only itself.
final class LeaseRecord {
  static final int SIZE = 64;
  private static final byte VERSION = 1;

  private LeaseRecord() {}

  static void write(Lease lease, ByteBuffer out) {
    int at = out.position();
    out.putInt(0)
        .put(VERSION)
        .put((byte) lease.kind().ordinal())
        .putShort((short) 0)
        .putInt(Subnet.bits(lease.address()))
        .putLong(lease.mac().bits())
        .putLong(lease.since().toEpochMilli())
        .putLong(lease.until().toEpochMilli());
    while (out.position() < at + SIZE) {
      out.put((byte) 0);
    }
    out.putInt(at, checksum(out, at));
  }

  /// Empty when the octets are not a whole record as it was written.
  static Optional<Lease> read(ByteBuffer in, int at) {
    if (in.getInt(at) != checksum(in, at) || in.get(at + 4) != VERSION) {
      return Optional.empty();
    }
    int kind = in.get(at + 5);
    long mac = in.getLong(at + 12);
    if (kind < 0 || kind >= Kind.values().length || mac < 0 || mac >>> 48 != 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Lease(
            new MacAddress(mac),
            Subnet.address(in.getInt(at + 8)),
            Kind.values()[kind],
            Instant.ofEpochMilli(in.getLong(at + 20)),
            Instant.ofEpochMilli(in.getLong(at + 28))));
  }

  static boolean blank(ByteBuffer in, int at) {
    for (int i = 0; i < SIZE; i += 8) {
      if (in.getLong(at + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(ByteBuffer buffer, int at) {
    var crc = new CRC32C();
    crc.update(buffer.slice(at + 4, SIZE - 4));
    return (int) crc.getValue();
  }
}
