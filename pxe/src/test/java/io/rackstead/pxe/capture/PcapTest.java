package io.rackstead.pxe.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.pxe.Fuzz;
import io.rackstead.pxe.Golden;
import io.rackstead.pxe.capture.Pcap.Datagram;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final MacAddress MAC = MacAddress.parse("52:54:00:00:00:0a");

  @TempDir Path folder;

  private static List<Datagram> boot() throws IOException {
    return Golden.packets("dhcp").stream()
        .map(packet ->
            new Datagram(
                NOW,
                Subnet.address("0.0.0.0"),
                68,
                Subnet.address("255.255.255.255"),
                67,
                packet.octets()))
        .toList();
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    var boot = boot();
    var read = Pcap.read(Pcap.write(boot));
    assertThat(read).hasSameSizeAs(boot);
    for (int i = 0; i < boot.size(); i++) {
      assertThat(read.get(i).octets()).isEqualTo(boot.get(i).octets());
      assertThat(read.get(i).at()).isEqualTo(NOW);
      assertThat(read.get(i).toPort()).isEqualTo(67);
    }
  }

  @Test
  void anIndependentReaderSeesTheQuestionsInIt() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/tshark")), "no tshark: tests/run");
    var file = folder.resolve("boot.pcap");
    Files.write(file, Pcap.write(boot()));
    var process =
        new ProcessBuilder(
                "tshark",
                "-r",
                file.toString(),
                "-T",
                "fields",
                "-e",
                "udp.dstport",
                "-e",
                "dhcp.option.dhcp",
                "-e",
                "ip.checksum.status",
                "-o",
                "ip.check_checksum:TRUE")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines().toList())
        .hasSize(boot().size())
        .allMatch(line -> line.matches("67\t[13]\t1"));
  }

  @Test
  void noPrefixAndNoChangeOfAFileBreaksTheReader() throws IOException {
    var whole = Pcap.write(boot());
    var fuzz = new Fuzz(101, List.of(whole));
    Fuzz.campaign(
        2_000,
        fuzz::next,
        octets -> {
          try {
            assertThat(Pcap.read(octets)).isNotNull();
          } catch (MalformedPacket e) {
            assertThat(e).hasMessageContaining("at octet");
          }
        });
    assertThatThrownBy(() -> Pcap.read(new byte[30])).isInstanceOf(MalformedPacket.class);
  }

  @Test
  void aNewBootReplacesTheLastAndOneIsBounded() throws IOException {
    var captures = new BootCaptures();
    var one = boot().getFirst();
    assertThat(captures.pcap(MAC)).isEmpty();
    for (int i = 0; i < 100; i++) {
      captures.add(MAC, one, true);
    }
    assertThat(Pcap.read(captures.pcap(MAC).orElseThrow())).hasSize(32);
    var later =
        new Datagram(NOW.plusSeconds(600), one.from(), one.fromPort(), one.to(), 67, one.octets());
    captures.add(MAC, later, true);
    assertThat(Pcap.read(captures.pcap(MAC).orElseThrow())).hasSize(1);
  }
}
