package io.rackstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.agent.Rack;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.image.Architecture;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.pxe.BootFile;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long a machine's own disc takes: its capability on disk, its settings over the template, its
/// name good. Beside it, what a copy of the template alone would take.
@Tag("bench")
class DiscBenchTest {
  private static final int DISCS = 200;
  private static final int TEMPLATE_MIB = 51;

  @TempDir Path folder = Path.of("");

  @Test
  void aMachinesOwnDiscIsMadeInAFifthOfASecond() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/xorriso")), "no xorriso: tests/run");
    try (var rack = new Rack(folder.resolve("rack"), Rack.fakeBmc(), _ -> {})) {
      var iso = template();
      var kernel = Files.writeString(folder.resolve("kernel"), "kernel");
      var _ =
          rack.images.addDisc(
              rack.images.addEphemeral(Architecture.AMD64, "1", kernel, kernel), iso);
      var machine = rack.machines.find(rack.enlisted().id()).orElseThrow();
      var bmc = BmcAddress.parse("redfish+https://127.0.0.1");
      var network = StaticNetwork.parse("", "10.77.0.21/24", "10.77.0.1", "10.77.0.1", "12");
      var nanos = new long[DISCS];
      for (int i = 0; i < DISCS; i++) {
        long from = System.nanoTime();
        var url = rack.discs.give(machine, network, bmc);
        var file = rack.booter.open(url.getPath().substring(1), InetAddress.getLoopbackAddress());
        nanos[i] = System.nanoTime() - from;
        assertThat(file.orElseThrow()).isInstanceOf(BootFile.Overlaid.class);
      }
      java.util.Arrays.sort(nanos);
      long from = System.nanoTime();
      Files.copy(iso, folder.resolve("copy"));
      long copied = System.nanoTime() - from;
      double median = nanos[DISCS / 2] / 1e6;
      System.out.printf(
          "a disc of its own: median %.2f ms, slowest %.1f ms of %d; copying the template %d ms%n",
          median, nanos[DISCS - 1] / 1e6, DISCS, copied / 1_000_000);
      assertThat(median).isLessThanOrEqualTo(200);
    }
  }

  private Path template() throws Exception {
    var grub = Files.createDirectories(folder.resolve("root/boot/grub"));
    Files.writeString(grub.resolve("slot.cfg"), "\n".repeat(4096));
    try (var file = new RandomAccessFile(folder.resolve("root/initrd").toFile(), "rw")) {
      file.setLength((long) TEMPLATE_MIB << 20);
    }
    var iso = folder.resolve("template.iso");
    var process =
        new ProcessBuilder(
                List.of(
                    "/usr/bin/xorriso",
                    "-as",
                    "mkisofs",
                    "-quiet",
                    "-R",
                    "-o",
                    iso.toString(),
                    folder.resolve("root").toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("xorriso.log").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return iso;
  }
}
