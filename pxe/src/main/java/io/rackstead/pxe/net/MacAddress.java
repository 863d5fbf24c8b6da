package io.rackstead.pxe.net;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// An Ethernet address. Text is read with `:`, `-`, `.` or no separators and written with `:`.
public record MacAddress(long bits) implements Comparable<MacAddress> {
  private static final Pattern TEXT =
      Pattern.compile(
          "([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|([0-9a-f]{4}\\.){2}[0-9a-f]{4}|[0-9a-f]{12}");

  public MacAddress {
    if (bits < 0 || bits >>> 48 != 0) {
      throw new IllegalArgumentException(
          "a MAC address has 48 bits, got " + Long.toHexString(bits));
    }
  }

  public static MacAddress parse(String text) {
    var lower = text.strip().toLowerCase(Locale.ROOT);
    if (!TEXT.matcher(lower).matches()) {
      throw new IllegalArgumentException("not a MAC address: " + text);
    }
    return new MacAddress(Long.parseLong(lower.replaceAll("[:.-]", ""), 16));
  }

  public static MacAddress of(byte[] octets) {
    if (octets.length != 6) {
      throw new IllegalArgumentException("a MAC address has 6 octets, got " + octets.length);
    }
    return new MacAddress(Long.parseLong(HexFormat.of().formatHex(octets), 16));
  }

  public byte[] octets() {
    var octets = new byte[6];
    for (int i = 0; i < 6; i++) {
      octets[i] = (byte) (bits >>> (40 - 8 * i));
    }
    return octets;
  }

  /// Set by software, not by a manufacturer: weak evidence of identity.
  public boolean locallyAdministered() {
    return (bits >>> 41 & 1) == 1;
  }

  public boolean multicast() {
    return (bits >>> 40 & 1) == 1;
  }

  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    return HexFormat.ofDelimiter(":").formatHex(octets());
  }
}
