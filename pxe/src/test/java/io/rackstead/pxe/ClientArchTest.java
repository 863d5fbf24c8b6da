package io.rackstead.pxe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientArchTest {
  /// The whole registry "Processor Architecture Types" of the IANA, as of number 41.
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "0,  x86 BIOS,                            BIOS_X86",
    "1,  NEC/PC98 (deprecated),               UNKNOWN",
    "2,  Itanium,                             UNKNOWN",
    "3,  DEC Alpha (deprecated),              UNKNOWN",
    "4,  Arc x86 (deprecated),                UNKNOWN",
    "5,  Intel Lean Client (deprecated),      UNKNOWN",
    "6,  x86 UEFI,                            UEFI_IA32",
    "7,  x64 UEFI,                            UEFI_X64",
    "8,  EFI Xscale (deprecated),             UNKNOWN",
    "9,  EBC,                                 UEFI_BC",
    "10, ARM 32-bit UEFI,                     UEFI_ARM32",
    "11, ARM 64-bit UEFI,                     UEFI_ARM64",
    "12, PowerPC Open Firmware,               UNKNOWN",
    "13, PowerPC ePAPR,                       UNKNOWN",
    "14, POWER OPAL v3,                       POWER_OPAL",
    "15, x86 UEFI boot from HTTP,             UEFI_IA32_HTTP",
    "16, x64 UEFI boot from HTTP,             UEFI_X64_HTTP",
    "17, EBC boot from HTTP,                  UEFI_BC_HTTP",
    "18, ARM UEFI 32 boot from HTTP,          UEFI_ARM32_HTTP",
    "19, ARM UEFI 64 boot from HTTP,          UEFI_ARM64_HTTP",
    "20, PC/AT BIOS boot from HTTP,           UNKNOWN",
    "21, ARM 32 U-Boot,                       U_BOOT_ARM32",
    "22, ARM 64 U-Boot,                       U_BOOT_ARM64",
    "23, ARM U-Boot 32 boot from HTTP,        U_BOOT_ARM32_HTTP",
    "24, ARM U-Boot 64 boot from HTTP,        U_BOOT_ARM64_HTTP",
    "25, RISC-V 32-bit UEFI,                  UEFI_RISCV32",
    "26, RISC-V 32-bit UEFI boot from HTTP,   UEFI_RISCV32_HTTP",
    "27, RISC-V 64-bit UEFI,                  UEFI_RISCV64",
    "28, RISC-V 64-bit UEFI boot from HTTP,   UEFI_RISCV64_HTTP",
    "29, RISC-V 128-bit UEFI,                 UNKNOWN",
    "30, RISC-V 128-bit UEFI boot from HTTP,  UNKNOWN",
    "31, s390 Basic,                          UNKNOWN",
    "32, s390 Extended,                       UNKNOWN",
    "33, MIPS 32-bit UEFI,                    UNKNOWN",
    "34, MIPS 64-bit UEFI,                    UNKNOWN",
    "35, Sunway 32-bit UEFI,                  UNKNOWN",
    "36, Sunway 64-bit UEFI,                  UNKNOWN",
    "37, LoongArch 32-bit UEFI,               UNKNOWN",
    "38, LoongArch 32-bit UEFI from HTTP,     UNKNOWN",
    "39, LoongArch 64-bit UEFI,               UEFI_LOONG64",
    "40, LoongArch 64-bit UEFI from HTTP,     UEFI_LOONG64_HTTP",
    "41, ARM rpiboot,                         PI_BOOT",
    "65535, not assigned,                     UNKNOWN"
  })
  void eachNumberOfTheRegistryIsWhatTheRegistrySays(int code, String name, ClientArch arch) {
    assertThat(ClientArch.of(code)).isEqualTo(arch);
    assertThat(arch.http()).isEqualTo(name.contains("from HTTP") && arch != ClientArch.UNKNOWN);
    assertThat(arch.uefi())
        .isEqualTo((name.contains("UEFI") || name.startsWith("EBC")) && arch != ClientArch.UNKNOWN);
  }
}
