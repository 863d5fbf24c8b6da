package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One disc for all: servers that start from it and not from the network, one with a BIOS from a
/// CD, one with UEFI from a USB stick, are found and inspected as any other.
@Tag("slow")
class GeneralDiscStoryTest {
  private static final Duration COMMISSION = Duration.ofMinutes(12);

  @TempDir Path data;

  @Test
  void serversThatStartFromTheOneDiscAreFoundAndInspected() throws Exception {
    try (var lab =
        Lab.start(
            data,
            2,
            "none",
            "--firmware",
            "bios,uefi",
            "--disk",
            "1",
            "--no-bmc",
            "1,2",
            "--no-power-on")) {
      var api = lab.api();
      var disc = data.resolve("rackstead.iso");
      var said =
          Command.output(
              Duration.ofMinutes(1),
              List.of(
                  Lab.ROOT.resolve("appliance/run").toString(),
                  "iso",
                  "--out",
                  disc.toString(),
                  "--appliance",
                  "10.77.0.1",
                  "--data",
                  data.toString(),
                  "--http.port",
                  Integer.toString(api.port())));
      assertThat(said).contains("rackstead.server=http://10.77.0.1:" + api.port());
      configure(lab, 1, "ROM=none\nBOOT='d c'\nCD=" + disc + "\n");
      configure(
          lab,
          2,
          "ROM=none\nBOOT=\nEXTRA=\"$EXTRA -device qemu-xhci"
              + " -drive if=none,id=u0,readonly=on,format=raw,file="
              + disc
              + " -device usb-storage,drive=u0,bootindex=0\"\n");
      for (int number : List.of(1, 2)) {
        lab.server(number).vm("start");
        var id = api.awaitMachine(Lab.mac(number), COMMISSION).path("id").asText();
        var ready = api.awaitState(id, "Ready", COMMISSION);
        assertThat(ready.path("boot_mode").asText()).isEqualTo(number == 1 ? "bios" : "uefi");
        assertThat(lab.server(number).console()).contains("is read from this disc");
      }
    }
  }

  private static void configure(Lab lab, int number, String lines) {
    try {
      var conf = Path.of(lab.setting("VMDIR"), "vm" + number + ".conf");
      Files.writeString(conf, lines, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
