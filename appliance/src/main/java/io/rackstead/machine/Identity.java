package io.rackstead.machine;

import io.rackstead.pxe.net.MacAddress;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Who a machine is. No single part decides: MACs, the SMBIOS UUID and the serial number count
/// together, and what firmware writes when nobody filled it in counts as nothing.
///
/// @param serial empty when there is none that means anything
public record Identity(List<MacAddress> macs, Optional<UUID> uuid, String serial) {
  private static final Set<String> JUNK_SERIALS =
      Set.of(
          "",
          "0",
          "none",
          "n/a",
          "na",
          "unknown",
          "default string",
          "not specified",
          "not applicable",
          "system serial number",
          "to be filled by o.e.m.",
          "to be filled by o.e.m",
          "0123456789",
          "123456789",
          "1234567890",
          "invalid",
          "oem",
          "empty",
          "chassis serial number",
          "xxxxxxx",
          "to be filled",
          "serial number",
          "not available",
          "system product name");
  private static final Pattern ONE_CHARACTER = Pattern.compile("(.)\\1*");
  private static final Set<UUID> JUNK_UUIDS =
      Set.of(
          new UUID(0, 0),
          new UUID(-1, -1),
          UUID.fromString("03000200-0400-0500-0006-000700080009"),
          UUID.fromString("12345678-1234-5678-90ab-cddeefaabbcc"));

  /// Adapters that many servers share, one after another: USB Ethernet of BMCs (CDC-EEM, RNDIS).
  private static final Set<Long> SHARED_MACS =
      Set.of(0L, 0xffff_ffff_ffffL, 0x0202_0202_0202L, 0x0200_0000_0000L, 0xee23_44aa_bbccL);

  public Identity {
    macs = List.copyOf(macs);
  }

  /// Reads what a client says of itself, dropping what identifies nobody.
  public static Identity of(Collection<MacAddress> macs, String uuid, String serial) {
    return new Identity(
        macs.stream()
            .distinct()
            .filter(mac -> !mac.multicast() && !SHARED_MACS.contains(mac.bits()))
            .sorted()
            .toList(),
        uuid(uuid),
        serial(serial));
  }

  static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text.strip().toLowerCase(Locale.ROOT)))
          .filter(uuid -> !JUNK_UUIDS.contains(uuid));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  static String serial(String text) {
    var serial = text.strip();
    var known = serial.toLowerCase(Locale.ROOT);
    return JUNK_SERIALS.contains(known) || ONE_CHARACTER.matcher(known).matches() ? "" : serial;
  }

  /// A MAC that a manufacturer gave: strong enough to find a machine by.
  public Stream<MacAddress> strongMacs() {
    return macs.stream().filter(mac -> !mac.locallyAdministered());
  }

  /// The same machine as seen now: what it says today, and what is on record where it says nothing.
  public Identity updated(Identity seen) {
    return new Identity(
        seen.macs.isEmpty() ? macs : seen.macs,
        seen.uuid.isPresent() ? seen.uuid : uuid,
        seen.serial.isEmpty() ? serial : seen.serial);
  }

  /// Whether any part of the two is the same.
  public boolean shares(Identity seen) {
    return macs.stream().anyMatch(seen.macs::contains)
        || uuid.isPresent() && uuid.equals(seen.uuid)
        || !serial.isEmpty() && serial.equals(seen.serial);
  }

  /// Why these two cannot be one machine; empty when they can.
  public Optional<String> conflict(Identity seen) {
    if (uuid.isPresent() && seen.uuid.isPresent() && !uuid.equals(seen.uuid)) {
      return Optional.of("system UUID is " + seen.uuid.get() + ", on record is " + uuid.get());
    }
    if (!serial.isEmpty() && !seen.serial.isEmpty() && !serial.equals(seen.serial)) {
      return Optional.of("serial number is " + seen.serial + ", on record is " + serial);
    }
    return Optional.empty();
  }
}
