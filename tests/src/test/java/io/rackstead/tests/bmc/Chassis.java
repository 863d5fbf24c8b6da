package io.rackstead.tests.bmc;

import java.util.Map;

/// The server that a simulated BMC holds by the button.
interface Chassis {
  boolean isOn();

  /// @param flags the boot flags as they were last set, for a start that follows
  void act(Action action, Boot flags);

  /// The boot flags were set.
  void boot(Boot flags);

  enum Action {
    POWER_DOWN,
    POWER_UP,
    POWER_CYCLE,
    HARD_RESET,
    DIAGNOSTIC_INTERRUPT,
    SOFT_SHUTDOWN
  }

  /// The five bytes of boot option parameter 5, read as table 28-14 writes them.
  record Boot(int first, int second, int third, int fourth, int fifth) {
    static final Boot NONE = new Boot(0, 0, 0, 0, 0);
    private static final Map<Integer, String> DEVICES =
        Map.of(0, "none", 1, "pxe", 2, "disk", 5, "cdrom", 6, "bios");

    boolean valid() {
      return (first & 0x80) != 0;
    }

    boolean persistent() {
      return (first & 0x40) != 0;
    }

    boolean efi() {
      return (first & 0x20) != 0;
    }

    String device() {
      int code = second >> 2 & 0xf;
      return DEVICES.getOrDefault(code, "device-" + code);
    }

    byte[] bytes() {
      return new byte[] {(byte) first, (byte) second, (byte) third, (byte) fourth, (byte) fifth};
    }
  }
}
