package io.rackstead.pxe;

/// The firmware that asks: RFC 4578 §2.1 and the IANA registry "Processor Architecture Types".
public enum ClientArch {
  BIOS_X86(0, false),
  UEFI_IA32(6, false),
  UEFI_X64(7, false),
  UEFI_BC(9, false),
  UEFI_ARM32(10, false),
  UEFI_ARM64(11, false),
  UEFI_IA32_HTTP(15, true),
  UEFI_X64_HTTP(16, true),
  UEFI_ARM64_HTTP(19, true),
  UEFI_RISCV64(27, false),
  /// A number that the registry or this table does not have; nothing is booted by guessing.
  UNKNOWN(-1, false);

  private final int code;
  private final boolean http;

  ClientArch(int code, boolean http) {
    this.code = code;
    this.http = http;
  }

  public int code() {
    return code;
  }

  /// The firmware fetches by HTTP Boot and wants a URL, not a TFTP name.
  public boolean http() {
    return http;
  }

  public boolean uefi() {
    return this != BIOS_X86 && this != UNKNOWN;
  }

  public static ClientArch of(int code) {
    for (var arch : values()) {
      if (arch.code == code) {
        return arch;
      }
    }
    return UNKNOWN;
  }
}
