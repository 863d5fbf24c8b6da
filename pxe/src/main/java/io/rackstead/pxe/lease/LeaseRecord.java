package io.rackstead.pxe.lease;

import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import io.rackstead.pxe.net.Subnet6;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// One lease in 64 octets: a checksum over the rest, version, kind, address, client, times. Of a
/// fixed size, so that a damaged one hides only itself.
abstract class LeaseRecord<L> {
  static final int SIZE = 64;

  static final LeaseRecord<Lease> V4 = new V4();
  static final LeaseRecord<Lease6> V6 = new V6();

  private final byte version;

  private LeaseRecord(int version) {
    this.version = (byte) version;
  }

  abstract Kind kind(L lease);

  abstract void body(L lease, ByteBuffer out);

  abstract Optional<L> body(ByteBuffer in, Kind kind);

  void write(L lease, ByteBuffer out) {
    int at = out.position();
    out.putInt(0).put(version).put((byte) kind(lease).ordinal()).putShort((short) 0);
    body(lease, out);
    while (out.position() < at + SIZE) {
      out.put((byte) 0);
    }
    out.putInt(at, checksum(out, at));
  }

  /// Empty when the octets are not a whole record as it was written.
  Optional<L> read(ByteBuffer in, int at) {
    if (in.getInt(at) != checksum(in, at) || in.get(at + 4) != version) {
      return Optional.empty();
    }
    int kind = in.get(at + 5);
    return kind < 0 || kind >= Kind.values().length
        ? Optional.empty()
        : body(in.slice(at + 8, SIZE - 8), Kind.values()[kind]);
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

  private static Instant time(ByteBuffer in) {
    return Instant.ofEpochMilli(in.getLong());
  }

  private static final class V4 extends LeaseRecord<Lease> {
    V4() {
      super(1);
    }

    @Override
    Kind kind(Lease lease) {
      return lease.kind();
    }

    @Override
    void body(Lease lease, ByteBuffer out) {
      out.putInt(Subnet.bits(lease.address()))
          .putLong(lease.mac().bits())
          .putLong(lease.since().toEpochMilli())
          .putLong(lease.until().toEpochMilli());
    }

    @Override
    Optional<Lease> body(ByteBuffer in, Kind kind) {
      var address = Subnet.address(in.getInt());
      long mac = in.getLong();
      return mac < 0 || mac >>> 48 != 0
          ? Optional.empty()
          : Optional.of(new Lease(new MacAddress(mac), address, kind, time(in), time(in)));
    }
  }

  private static final class V6 extends LeaseRecord<Lease6> {
    V6() {
      super(6);
    }

    @Override
    Kind kind(Lease6 lease) {
      return lease.kind();
    }

    @Override
    void body(Lease6 lease, ByteBuffer out) {
      out.put(lease.address().getAddress())
          .putLong(lease.client().high())
          .putLong(lease.client().low())
          .putLong(lease.since().toEpochMilli())
          .putLong(lease.until().toEpochMilli());
    }

    @Override
    Optional<Lease6> body(ByteBuffer in, Kind kind) {
      var octets = new byte[Subnet6.OCTETS];
      in.get(octets);
      var client = new Client6(in.getLong(), in.getLong());
      boolean nobody = client.high() == 0 && (client.low() < 0 || client.low() >>> 48 != 0);
      return nobody
          ? Optional.empty()
          : Optional.of(new Lease6(client, Subnet6.address(octets), kind, time(in), time(in)));
    }
  }
}
