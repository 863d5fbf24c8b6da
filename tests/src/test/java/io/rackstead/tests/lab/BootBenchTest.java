package io.rackstead.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Power-on to `New`, beside the same virtual server whose QEMU is handed the same kernel and RAM
/// system directly, in turn.
@Tag("bench")
class BootBenchTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int ROUNDS = 3;

  @TempDir Path data;

  @ParameterizedTest
  @ValueSource(strings = {"bios", "uefi"})
  void powerOnToNewBesideADirectBoot(String firmware) throws IOException {
    var images = Images.with("ephemeral");
    var network = new ArrayList<Double>();
    var direct = new ArrayList<Double>();
    String[] options = {"--firmware", firmware, "--no-power-on", "--accept", "none"};
    try (var lab = Lab.start(data, 1, "none", options)) {
      var api = lab.api();
      var server = lab.server(1);
      var conf = Path.of(lab.setting("VMDIR"), "vm1.conf");
      var own = Files.readString(conf);
      var handed =
          """
          KERNEL="%s"
          INITRD="%s"
          APPEND="console=tty0 console=ttyS0,115200 BOOTIF=01-%s rackstead.server=http://10.77.0.1:%s rackstead.cap=0"
          """
              .formatted(
                  images.kernel(),
                  images.initrd(),
                  Lab.mac(1).replace(':', '-'),
                  lab.setting("PORT"));
      for (int round = 0; round < ROUNDS; round++) {
        network.add(seconds(server, () -> api.awaitMachine(Lab.mac(1), LIMIT).path("id").asText()));
        var id = api.awaitMachine(Lab.mac(1), LIMIT).path("id").asText();
        api.act(id, "delete", Map.of());

        Files.writeString(conf, handed, StandardOpenOption.APPEND);
        direct.add(
            seconds(
                server,
                () -> {
                  int before = hellos(server);
                  return Api.await(
                      "hello",
                      LIMIT,
                      () -> hellos(server) > before ? Optional.of("") : Optional.empty());
                }));
        Files.writeString(conf, own);
      }
    }
    System.out.printf(
        "%s, power-on to New, wall s, median of %d: %.1f; direct boot to the agent's hello %.1f; ratio %.2f%n",
        firmware, ROUNDS, median(network), median(direct), median(network) / median(direct));
  }

  private static int hellos(Server server) {
    return server.console().split("saying hello to", -1).length - 1;
  }

  private interface Wait {
    String until();
  }

  private static double seconds(Server server, Wait wait) {
    server.vm("start");
    long start = System.nanoTime();
    wait.until();
    double seconds = (System.nanoTime() - start) / 1e9;
    server.vm("kill");
    return seconds;
  }

  private static double median(List<Double> seconds) {
    return seconds.stream().sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
  }
}
