package io.rackstead.bmc.ipmi;

import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// The system GUID. The specification (§20.8) wants it with the last byte first; most firmware
/// copies the SMBIOS structure, with the first three fields turned round (SMBIOS 7.2.1); some send
/// it as it is read. So it is given in all three readings, and whoever knows the machine's own UUID
/// can see which one it is.
record SystemGuid(byte[] wire) {
  enum Reading {
    SMBIOS,
    IPMI,
    RFC4122
  }

  SystemGuid {
    if (wire.length != 16) {
      throw new MalformedPacket("a GUID of " + wire.length + " bytes");
    }
  }

  String hex() {
    return HexFormat.of().formatHex(wire);
  }

  UUID as(Reading reading) {
    var bytes = new byte[16];
    for (int i = 0; i < 16; i++) {
      bytes[i] =
          switch (reading) {
            case RFC4122 -> wire[i];
            case IPMI -> wire[15 - i];
            case SMBIOS -> wire[i < 4 ? 3 - i : i < 6 ? 9 - i : i < 8 ? 13 - i : i];
          };
    }
    var hex = HexFormat.of().formatHex(bytes);
    return new UUID(
        Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }

  /// The reading that gives a UUID of a known version and variant; SMBIOS where several or none do.
  Reading likely() {
    return List.of(Reading.SMBIOS, Reading.RFC4122, Reading.IPMI).stream()
        .filter(reading -> wellFormed(as(reading)))
        .findFirst()
        .orElse(Reading.SMBIOS);
  }

  private static boolean wellFormed(UUID uuid) {
    return uuid.variant() == 2 && uuid.version() >= 1 && uuid.version() <= 8;
  }

  @Override
  public String toString() {
    return hex();
  }
}
