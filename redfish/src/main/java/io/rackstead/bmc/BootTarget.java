package io.rackstead.bmc;

/// What the server boots from next, and in which mode.
public record BootTarget(Device device, Mode mode) {
  public enum Device {
    PXE,
    DISK,
    CD,
    BIOS_SETUP,
    /// no override: the firmware's own order
    NONE
  }

  public enum Mode {
    BIOS,
    EFI
  }
}
