package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
