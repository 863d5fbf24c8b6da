package io.rackstead.pxe;

import static io.rackstead.pxe.ClientArch.Cpu.ARM32;
import static io.rackstead.pxe.ClientArch.Cpu.ARM64;
import static io.rackstead.pxe.ClientArch.Cpu.IA32;
import static io.rackstead.pxe.ClientArch.Cpu.LOONG64;
import static io.rackstead.pxe.ClientArch.Cpu.POWER;
import static io.rackstead.pxe.ClientArch.Cpu.RISCV32;
import static io.rackstead.pxe.ClientArch.Cpu.RISCV64;
import static io.rackstead.pxe.ClientArch.Cpu.X64;
import static io.rackstead.pxe.ClientArch.Firmware.BIOS;
import static io.rackstead.pxe.ClientArch.Firmware.NONE_OF_THESE;
import static io.rackstead.pxe.ClientArch.Firmware.OPAL;
import static io.rackstead.pxe.ClientArch.Firmware.RASPBERRY_PI;
import static io.rackstead.pxe.ClientArch.Firmware.UEFI;
import static io.rackstead.pxe.ClientArch.Firmware.U_BOOT;

/// The firmware that asks: DHCP option 93 and DHCPv6 option 61, by the IANA registry "Processor
/// Architecture Types". It is the registry that counts for 7 and 9, which RFC 4578 §2.1 has the
/// other way round than every firmware.
public enum ClientArch {
  /// which processor a BIOS runs on it does not say; whoever provisions by one has 64 bits
  BIOS_X86(0, BIOS, X64, false),
  UEFI_IA32(6, UEFI, IA32, false),
  UEFI_X64(7, UEFI, X64, false),
  /// EFI byte code, said by x86-64 firmware that follows the RFC's text
  UEFI_BC(9, UEFI, X64, false),
  UEFI_ARM32(10, UEFI, ARM32, false),
  UEFI_ARM64(11, UEFI, ARM64, false),
  POWER_OPAL(14, OPAL, POWER, false),
  UEFI_IA32_HTTP(15, UEFI, IA32, true),
  UEFI_X64_HTTP(16, UEFI, X64, true),
  UEFI_BC_HTTP(17, UEFI, X64, true),
  UEFI_ARM32_HTTP(18, UEFI, ARM32, true),
  UEFI_ARM64_HTTP(19, UEFI, ARM64, true),
  U_BOOT_ARM32(21, U_BOOT, ARM32, false),
  U_BOOT_ARM64(22, U_BOOT, ARM64, false),
  U_BOOT_ARM32_HTTP(23, U_BOOT, ARM32, true),
  U_BOOT_ARM64_HTTP(24, U_BOOT, ARM64, true),
  UEFI_RISCV32(25, UEFI, RISCV32, false),
  UEFI_RISCV32_HTTP(26, UEFI, RISCV32, true),
  UEFI_RISCV64(27, UEFI, RISCV64, false),
  UEFI_RISCV64_HTTP(28, UEFI, RISCV64, true),
  UEFI_LOONG64(39, UEFI, LOONG64, false),
  UEFI_LOONG64_HTTP(40, UEFI, LOONG64, true),
  PI_BOOT(41, RASPBERRY_PI, ARM64, false),
  /// A number that the registry or this table does not have; nothing is booted by guessing.
  UNKNOWN(-1, NONE_OF_THESE, Cpu.UNKNOWN, false);

  /// What kind of firmware it is: how it is led to a kernel.
  public enum Firmware {
    BIOS,
    UEFI,
    /// reads pxelinux.cfg itself
    U_BOOT,
    /// petitboot of OpenPOWER: reads pxelinux.cfg itself
    OPAL,
    /// asks for its files by names that are built in
    RASPBERRY_PI,
    NONE_OF_THESE
  }

  /// What runs there.
  public enum Cpu {
    IA32,
    X64,
    ARM32,
    ARM64,
    POWER,
    RISCV32,
    RISCV64,
    LOONG64,
    UNKNOWN
  }

  private final int code;
  private final Firmware firmware;
  private final Cpu cpu;
  private final boolean http;

  ClientArch(int code, Firmware firmware, Cpu cpu, boolean http) {
    this.code = code;
    this.firmware = firmware;
    this.cpu = cpu;
    this.http = http;
  }

  public int code() {
    return code;
  }

  public Firmware firmware() {
    return firmware;
  }

  public Cpu cpu() {
    return cpu;
  }

  /// The firmware fetches by HTTP Boot and wants a URL, not a TFTP name.
  public boolean http() {
    return http;
  }

  public boolean uefi() {
    return firmware == UEFI;
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
