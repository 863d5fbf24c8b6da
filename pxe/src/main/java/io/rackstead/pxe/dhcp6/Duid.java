package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Who a client or a server is, RFC 8415 §11.
public record Duid(byte[] octets) {
  private static final int WITH_TIME = 1;
  private static final int LINK_LAYER = 3;
  private static final int BY_UUID = 4;
  private static final int ETHERNET = 1;

  public Duid {
    // §11.1: no more than 128 octets, after the two of its type
    if (octets.length < 3 || octets.length > 130) {
      throw new MalformedPacket("a DUID of " + octets.length + " octets", 4);
    }
    octets = octets.clone();
  }

  /// RFC 6355: one that stays when adapters are changed.
  public static Duid of(UUID uuid) {
    return new Duid(
        ByteBuffer.allocate(18)
            .putShort((short) BY_UUID)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array());
  }

  @Override
  public byte[] octets() {
    return octets.clone();
  }

  /// The adapter that it was made of; its machine may ask through another one.
  public Optional<MacAddress> mac() {
    var in = ByteBuffer.wrap(octets);
    int type = in.getShort() & 0xffff;
    int at = type == WITH_TIME ? 8 : 4;
    boolean ethernet =
        (type == WITH_TIME || type == LINK_LAYER)
            && octets.length == at + 6
            && in.getShort(2) == ETHERNET;
    return ethernet
        ? Optional.of(MacAddress.of(Arrays.copyOfRange(octets, at, at + 6)))
        : Optional.empty();
  }

  /// The system's own UUID, in the order of its text: firmware makes its DUID of SMBIOS so.
  public Optional<UUID> uuid() {
    var in = ByteBuffer.wrap(octets);
    return octets.length == 18 && in.getShort() == BY_UUID
        ? Optional.of(new UUID(in.getLong(), in.getLong()))
        : Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Duid that && Arrays.equals(octets, that.octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(octets);
  }
}
