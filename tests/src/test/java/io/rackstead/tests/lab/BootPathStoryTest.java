package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The ways from power-on to the RAM system that the two-servers story does not walk.
@Tag("lab")
class BootPathStoryTest {
  private static final Duration BOOT = Duration.ofMinutes(5);

  @TempDir Path data;

  static List<Arguments> paths() {
    return List.of(
        Arguments.of("BIOS PXE that is not iPXE", List.of("--firmware", "bios", "--undionly", "1")),
        Arguments.of("UEFI HTTP boot", List.of("--firmware", "uefi", "--http-boot", "1")),
        Arguments.of(
            "BIOS beside a foreign DHCP server", List.of("--firmware", "bios", "--foreign-dhcp")),
        Arguments.of(
            "UEFI beside a foreign DHCP server", List.of("--firmware", "uefi", "--foreign-dhcp")));
  }

  /// Firmware that trusts Microsoft's keys: shim, GRUB and kernel are Debian's, signed.
  static List<Arguments> signedPaths() {
    return List.of(
        Arguments.of("Secure Boot by TFTP", "tftp", List.of()),
        Arguments.of("Secure Boot by HTTP", "http", List.of("--http-boot", "1")),
        Arguments.of(
            "Secure Boot by TFTP beside a foreign DHCP server", "tftp", List.of("--foreign-dhcp")),
        Arguments.of(
            "Secure Boot by HTTP beside a foreign DHCP server",
            "http",
            List.of("--http-boot", "1", "--foreign-dhcp")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("signedPaths")
  void aServerWithSecureBootComesUpByWhatIsSigned(String name, String way, List<String> options) {
    var all = Stream.concat(Stream.of("--firmware", "uefi-sb", "--no-power-on"), options.stream());
    try (var lab = Lab.start(data, 1, "none", all.toArray(String[]::new))) {
      try {
        var subnet = lab.api().maas("GET", "subnets/").path(0).path("id").asText();
        lab.api()
            .put(
                "/api/dhcp-options/subnet/" + subnet,
                Map.of("options", Map.of("boot-chain", "signed-grub")));
        lab.server(1).vm("start");
        var machine = lab.api().awaitMachine(Lab.mac(1), BOOT);
        assertThat(machine.path("macs").path(0).asText()).isEqualTo(Lab.mac(1));
        var console = lab.server(1).console();
        assertThat(console).contains("rackstead: loading by the signed GRUB");
        assertThat(console).containsIgnoringCase("secureboot: Secure boot enabled");
        assertThat(console).contains(way.equals("http") ? ">>Start HTTP Boot" : ">>Start PXE");
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            name + ": " + e.getMessage() + "\n" + lab.log() + lab.server(1).consoleTail(), e);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("paths")
  void anUnknownServerComesUpAndIsKnown(String name, List<String> options) {
    try (var lab = Lab.start(data, 1, "none", options.toArray(String[]::new))) {
      try {
        var machine = lab.api().awaitMachine(Lab.mac(1), BOOT);
        assertThat(lab.log()).contains("/images/loaders: ");
        assertThat(machine.path("macs").path(0).asText()).isEqualTo(Lab.mac(1));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            name + ": " + e.getMessage() + "\n" + lab.log() + lab.server(1).consoleTail(), e);
      }
    }
  }
}
