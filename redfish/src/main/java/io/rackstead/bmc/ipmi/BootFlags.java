package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BootTarget;

/// The boot flags, parameter 5 of the system boot options (table 28-14).
record BootFlags(boolean valid, boolean persistent, boolean efi, int device) {
  static final int PARAMETER = 5;

  private static final int VALID = 0x80;
  private static final int PERSISTENT = 0x40;
  private static final int EFI = 0x20;

  static BootFlags of(BootTarget target, Persistence how) {
    return new BootFlags(
        true,
        how == Persistence.ALWAYS,
        target.mode() == BootTarget.Mode.EFI,
        switch (target.device()) {
          case NONE -> 0;
          case PXE -> 1;
          case DISK -> 2;
          case CD -> 5;
          case BIOS_SETUP -> 6;
        });
  }

  int[] encode() {
    int first = (valid ? VALID : 0) | (persistent ? PERSISTENT : 0) | (efi ? EFI : 0);
    return new int[] {first, device << 2, 0, 0, 0};
  }

  /// @param answer to Get System Boot Options: version, parameter, then the parameter's data
  static BootFlags decode(byte[] answer) {
    if (answer.length < 4 || (answer[1] & 0x7f) != PARAMETER) {
      throw new MalformedPacket("boot flags of " + answer.length + " bytes");
    }
    return new BootFlags(
        (answer[2] & VALID) != 0,
        (answer[2] & PERSISTENT) != 0,
        (answer[2] & EFI) != 0,
        (answer[3] >> 2) & 0x0f);
  }

  @Override
  public String toString() {
    var name =
        switch (device) {
          case 0 -> "no override";
          case 1 -> "PXE";
          case 2 -> "disk";
          case 5 -> "CD";
          case 6 -> "BIOS setup";
          default -> "device " + device;
        };
    return "%s, %s, %s%s"
        .formatted(
            name, persistent ? "always" : "once", efi ? "EFI" : "BIOS", valid ? "" : ", not valid");
  }
}
