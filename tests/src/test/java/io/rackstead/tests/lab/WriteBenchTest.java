package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The agent's way of writing an image beside the plain pipe `curl | zstd -dc | tee >(sha256sum) |
/// dd`, in the same virtual server, in turn; with the beginning of a Debian image, as the whole
/// takes minutes each time.
@Tag("bench")
class WriteBenchTest {
  private static final Duration LIMIT = Duration.ofMinutes(60);
  private static final int ROUNDS = 5;
  private static final int MIB = 256;

  @Test
  void anImageIsWrittenBesideAPlainPipe() {
    var images = Images.with("ephemeral", "debian-12");
    var image = images.index("debian@bookworm@amd64");
    var call =
        List.of(
            Lab.ROOT.resolve("tests/lab/bench-write").toString(),
            images.kernel().toString(),
            images.initrd().toString(),
            images.blob(image.path("compressed")).toString(),
            Integer.toString(MIB),
            Integer.toString(ROUNDS));
    String figures = Command.output(LIMIT, call);
    double agent = median(figures, "agent");
    double pipe = median(figures, "pipe");
    System.out.printf(
        "writing %d MiB, s, median of %d: agent %.1f, pipe %.1f, ratio %.2f%n",
        MIB, ROUNDS, agent, pipe, agent / pipe);
    assertThat(figures.lines().filter(l -> l.startsWith("agent "))).hasSize(ROUNDS);
  }

  private static double median(String figures, String kind) {
    var sorted =
        figures
            .lines()
            .filter(l -> l.startsWith(kind + " "))
            .mapToDouble(l -> Double.parseDouble(l.substring(kind.length() + 1)))
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }
}
