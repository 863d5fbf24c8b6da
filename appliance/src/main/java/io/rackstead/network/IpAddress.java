package io.rackstead.network;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

/// An address that was given to somebody.
///
/// @param machineId empty: a user's own
/// @param hostname what it is called, where it was said
public record IpAddress(
    long id,
    long subnetId,
    InetAddress ip,
    Kind kind,
    Optional<MacAddress> mac,
    String machineId,
    String username,
    String hostname,
    Instant createdAt) {
  /// How it came to be given, with MAAS's numbers.
  public enum Kind {
    AUTO(0, "Automatic"),
    STICKY(1, "Sticky"),
    USER_RESERVED(4, "User reserved"),
    DHCP(5, "DHCP"),
    DISCOVERED(6, "Discovered");

    private final int number;
    private final String words;

    Kind(int number, String words) {
      this.number = number;
      this.words = words;
    }

    public int number() {
      return number;
    }

    public String words() {
      return words;
    }

    static Kind of(int number) {
      for (var kind : values()) {
        if (kind.number == number) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of address has the number " + number);
    }
  }

  /// For whom an address is taken.
  public record Holder(String machineId, String username, String hostname) {}
}
