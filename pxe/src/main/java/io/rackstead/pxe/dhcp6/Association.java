package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.net.MalformedPacket;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// An identity association for addresses, RFC 8415 §21.4: the client's name for one address of its
/// own, and the addresses that it has or wants for it.
record Association(int id, List<Inet6Address> addresses) {
  private static final int HEAD = 12;
  private static final int ADDRESS_HEAD = 24;

  Association {
    addresses = List.copyOf(addresses);
  }

  /// All that a message has.
  static List<Association> of(Dhcp6Options options) {
    return options.all(Dhcp6Options.IA_NA).stream().map(Association::decode).toList();
  }

  private static Association decode(byte[] octets) {
    if (octets.length < HEAD) {
      throw new MalformedPacket("an IA_NA of " + octets.length + " octets", 0);
    }
    var in = ByteBuffer.wrap(octets);
    int id = in.getInt();
    in.position(HEAD);
    var addresses = new ArrayList<Inet6Address>();
    for (var inside : Dhcp6Options.decode(in).all(Dhcp6Options.IA_ADDRESS)) {
      if (inside.length < ADDRESS_HEAD) {
        throw new MalformedPacket("an IA address of " + inside.length + " octets", 0);
      }
      addresses.add(Dhcp6Packet.address(ByteBuffer.wrap(inside)));
    }
    return new Association(id, addresses);
  }

  /// Granted: T1 and T2 are the half and four fifths of the time (§21.4).
  byte[] granted(Inet6Address address, Duration left, List<Inet6Address> gone) {
    long seconds = Math.clamp(left.toSeconds(), 1, 0xffff_fffeL);
    var inside = Dhcp6Options.NONE.with(Dhcp6Options.IA_ADDRESS, lived(address, seconds));
    for (var old : gone) {
      inside = inside.with(Dhcp6Options.IA_ADDRESS, lived(old, 0));
    }
    return octets(seconds / 2, seconds * 4 / 5, inside);
  }

  /// Nothing, and why.
  byte[] refused(Dhcp6Options.Status status, String text) {
    var inside = Dhcp6Options.NONE;
    if (status == Dhcp6Options.Status.SUCCESS) {
      for (var old : addresses) {
        inside = inside.with(Dhcp6Options.IA_ADDRESS, lived(old, 0));
      }
    }
    return octets(0, 0, inside.withStatus(status, text));
  }

  private static byte[] lived(Inet6Address address, long seconds) {
    return ByteBuffer.allocate(ADDRESS_HEAD)
        .put(address.getAddress())
        .putInt((int) seconds)
        .putInt((int) seconds)
        .array();
  }

  private byte[] octets(long renew, long rebind, Dhcp6Options inside) {
    var out = ByteBuffer.allocate(HEAD + inside.size());
    out.putInt(id).putInt((int) renew).putInt((int) rebind);
    inside.encode(out);
    return out.array();
  }
}
