package io.rackstead.pxe.lease;

import io.rackstead.pxe.net.MacAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/// Who holds an IPv6 address: a machine's adapter where it is known, else whoever sends this DUID.
/// 16 octets: zeros and the MAC, or the beginning of a checksum over the DUID.
public record Client6(long high, long low) {
  public static Client6 of(MacAddress mac) {
    return new Client6(0, mac.bits());
  }

  /// For one whose adapter nobody names.
  public static Client6 ofUnknown(byte[] duid) {
    try {
      var sum = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(duid));
      return new Client6(sum.getLong() | 1, sum.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  public Optional<MacAddress> mac() {
    return high == 0 ? Optional.of(new MacAddress(low)) : Optional.empty();
  }
}
