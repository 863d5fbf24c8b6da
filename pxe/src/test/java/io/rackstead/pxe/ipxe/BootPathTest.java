package io.rackstead.pxe.ipxe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BootPathTest {
  private static final BootServer SERVER = new BootServer(Subnet.address("10.0.0.2"), 5248);
  private static final BootDecision.Linux LINUX =
      new BootDecision.Linux("kernel", List.of("one", "two"), List.of("console=ttyS0", "quiet"));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "BIOS_X86,        FIRMWARE, linux,  undionly.kpxe",
    "UEFI_X64,        FIRMWARE, linux,  snponly.efi",
    "UEFI_BC,         FIRMWARE, linux,  snponly.efi",
    "UEFI_X64_HTTP,   FIRMWARE, linux,  http://10.0.0.2:5248/snponly.efi",
    "UEFI_ARM64,      FIRMWARE, linux,  ipxe-arm64.efi",
    "UEFI_ARM64_HTTP, FIRMWARE, linux,  http://10.0.0.2:5248/ipxe-arm64.efi",
    "UEFI_IA32,       FIRMWARE, linux,  -",
    "UEFI_BC_HTTP,    FIRMWARE, linux,  http://10.0.0.2:5248/snponly.efi",
    "UEFI_IA32_HTTP,  FIRMWARE, linux,  -",
    "UEFI_ARM32,      FIRMWARE, linux,  -",
    "UEFI_ARM32_HTTP, FIRMWARE, linux,  -",
    "UEFI_RISCV32,    FIRMWARE, linux,  -",
    "UEFI_RISCV64,    FIRMWARE, linux,  ipxe-riscv64.efi",
    "UEFI_RISCV64_HTTP, FIRMWARE, linux, http://10.0.0.2:5248/ipxe-riscv64.efi",
    "UEFI_LOONG64,    FIRMWARE, linux,  ipxe-loong64.efi",
    "UEFI_LOONG64_HTTP, FIRMWARE, linux, http://10.0.0.2:5248/ipxe-loong64.efi",
    "U_BOOT_ARM64,    FIRMWARE, linux,  pxelinux.0",
    "U_BOOT_ARM64,    FIRMWARE, local,  local-disk",
    "POWER_OPAL,      FIRMWARE, linux,  pxelinux.cfg/01-52-54-00-00-00-01",
    "PI_BOOT,         FIRMWARE, linux,  bootcode.bin",
    "UNKNOWN,         FIRMWARE, linux,  -",
    "BIOS_X86,        LOADER,   linux,  http://10.0.0.2:5248/ipxe/525400000001?arch=0",
    "UEFI_X64,        LOADER,   linux,  http://10.0.0.2:5248/ipxe/525400000001?arch=7",
    "BIOS_X86,        FIRMWARE, local,  local-disk",
    "UEFI_X64,        FIRMWARE, local,  local-disk",
    "UEFI_X64_HTTP,   FIRMWARE, local,  http://10.0.0.2:5248/local-disk",
    "BIOS_X86,        LOADER,   local,  http://10.0.0.2:5248/ipxe/525400000001?arch=0",
    "UEFI_X64,        LOADER,   ignore, -",
    "UEFI_X64,        FIRMWARE, ignore, -",
  })
  void eachFirmwareIsLedToWhatWasDecided(
      ClientArch arch, Stage stage, String decision, String bootFile) throws IOException {
    for (var name :
        List.of(
            "undionly.kpxe",
            "snponly.efi",
            "ipxe-arm64.efi",
            "ipxe-riscv64.efi",
            "ipxe-loong64.efi")) {
      Files.writeString(folder.resolve(name), name);
    }
    var step = BootPath.next(request(arch, stage), decision(decision), SERVER, Loaders.in(folder));
    if (!bootFile.equals("-")) {
      assertThat(step).isEqualTo(new BootPath.Step.Fetch(bootFile));
    } else {
      assertThat(step).isInstanceOf(BootPath.Step.Nothing.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "UEFI_X64,        FIRMWARE, linux,  shimx64.efi",
    "UEFI_BC,         FIRMWARE, linux,  shimx64.efi",
    "UEFI_X64_HTTP,   FIRMWARE, linux,  http://10.0.0.2:5248/shimx64.efi",
    "UEFI_BC_HTTP,    FIRMWARE, linux,  http://10.0.0.2:5248/shimx64.efi",
    "UEFI_ARM64,      FIRMWARE, linux,  shimaa64.efi",
    "UEFI_ARM64_HTTP, FIRMWARE, linux,  http://10.0.0.2:5248/shimaa64.efi",
    "UEFI_IA32,       FIRMWARE, linux,  -",
    "UEFI_RISCV64,    FIRMWARE, linux,  -",
    "BIOS_X86,        FIRMWARE, linux,  undionly.kpxe",
    "UEFI_X64,        FIRMWARE, local,  local-disk",
    "UEFI_X64,        LOADER,   linux,  http://10.0.0.2:5248/ipxe/525400000001?arch=7",
  })
  void whereSecureBootIsWantedFirmwareIsLedToTheSignedLoader(
      ClientArch arch, Stage stage, String decision, String bootFile) throws IOException {
    for (var name :
        List.of(
            "undionly.kpxe",
            "snponly.efi",
            "shimx64.efi",
            "grubx64.efi",
            "shimaa64.efi",
            "grubaa64.efi")) {
      Files.writeString(folder.resolve(name), name);
    }
    var step =
        BootPath.next(
            request(arch, stage),
            decision(decision),
            SERVER,
            Loaders.in(folder),
            LoaderChain.SIGNED_GRUB);
    if (!bootFile.equals("-")) {
      assertThat(step).isEqualTo(new BootPath.Step.Fetch(bootFile));
    } else {
      assertThat(step).isInstanceOf(BootPath.Step.Nothing.class);
    }
  }

  @Test
  void missingLoadersAreNamedInOneLineThatSaysWhatToInstall() throws IOException {
    assertThat(Loaders.in(folder).describe())
        .isEqualTo(
            folder
                + " lacks undionly.kpxe, snponly.efi: appliance/run images build loaders, or install"
                + " the Debian package ipxe, or set pxe.loaders");
  }

  @Test
  void theScriptOfALinuxNamesEachUrlBeforeItFetchesIt() {
    assertThat(IpxeScript.of(LINUX, request(ClientArch.UEFI_X64, Stage.SCRIPT), SERVER))
        .isEqualTo(
            """
            #!ipxe
            set tries t
            :again
            imgfree
            set url http://10.0.0.2:5248/kernel
            echo rackstead: ${url}
            kernel ${url} initrd=initrd0 initrd=initrd1 console=ttyS0 quiet || goto failed
            set url http://10.0.0.2:5248/one
            echo rackstead: ${url}
            initrd --name initrd0 ${url} || goto failed
            set url http://10.0.0.2:5248/two
            echo rackstead: ${url}
            initrd --name initrd1 ${url} || goto failed
            set url the loaded kernel
            boot || goto failed
            :failed
            echo rackstead: failed at ${url}, trying again in 5 seconds
            sleep 5
            set tries ${tries}x
            iseq ${tries} txxx || goto again
            set tries t
            imgfree
            chain --replace http://10.0.0.2:5248/ipxe/525400000001?arch=7 || goto again
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\nshell",
        "a\rb",
        "a b",
        "${net0/mac}",
        "x${",
        "||",
        "&&",
        ";",
        "",
        "tab\t",
        "ü",
        "\u007f"
      })
  void aWordThatIpxeWouldReadAsSomethingElseIsRefused(String word) {
    var decision = new BootDecision.Linux("kernel", List.of(), List.of(word));
    assertThatThrownBy(
            () -> IpxeScript.of(decision, request(ClientArch.BIOS_X86, Stage.SCRIPT), SERVER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("an iPXE script cannot carry this as one word");
  }

  @Test
  void aNameBecomesPartOfAUrlWhateverIsInIt() {
    assertThat(SERVER.url("a b/${c}\n?d#ü"))
        .isEqualTo("http://10.0.0.2:5248/a%20b/%24%7Bc%7D%0A%3Fd%23%C3%BC");
  }

  @Test
  void theReasonForNothingCannotCarryACommand() {
    var script =
        IpxeScript.of(
            new BootDecision.Ignore("no\nshell ${x}"),
            request(ClientArch.BIOS_X86, Stage.SCRIPT),
            SERVER);
    assertThat(script)
        .isEqualTo("#!ipxe\necho rackstead: nothing to boot: no?shell ??x?\nsleep 3\nexit 1\n");
  }

  private static BootDecision decision(String name) {
    return switch (name) {
      case "linux" -> LINUX;
      case "local" -> new BootDecision.LocalDisk();
      default -> new BootDecision.Ignore("nothing");
    };
  }

  private static BootRequest request(ClientArch arch, Stage stage) {
    return new BootRequest(
        MacAddress.parse("52:54:00:00:00:01"), arch, stage, Optional.empty(), Optional.empty());
  }
}
