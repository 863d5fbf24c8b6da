package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Golden;
import io.rackstead.pxe.Golden.Packet;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What each real firmware is told, octet by octet: it boots with just these answers.
class GoldenReplyTest {
  private static final Path REPLIES = Path.of("src", "test", "resources", "reply");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  static List<Packet> captures() {
    return Golden.packets("dhcp");
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyFirmwareIsAnsweredAsItAlwaysWas(Packet packet) throws IOException {
    var text = new StringBuilder();
    for (var mode : Mode.values()) {
      for (boolean local : new boolean[] {false, true}) {
        text.append(mode).append(local ? " own disk: " : " ephemeral: ");
        text.append(reply(packet.octets(), mode, local)).append('\n');
      }
    }
    var file = REPLIES.resolve(packet.file().getFileName().toString().replace(".hex", ".txt"));
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(file, text);
    }
    assertThat(text.toString()).isEqualTo(Files.readString(file));
  }

  private String reply(byte[] octets, Mode mode, boolean local) throws IOException {
    Files.writeString(folder.resolve("undionly.kpxe"), "x");
    Files.writeString(folder.resolve("snponly.efi"), "x");
    var leases = Files.createTempDirectory(folder, "leases");
    try (var log = LeaseLog.open(leases, () -> NOW)) {
      var boots =
          new BootOffers(
              new Decided(local), Loaders.in(folder), () -> 5248, new LoadersSeen(() -> NOW));
      var responder =
          new DhcpResponder(
              () -> List.of(network(mode)), boots, Optional.of(log), () -> NOW, DhcpPorts.STANDARD);
      var asked = DhcpMessage.decode(ByteBuffer.wrap(octets));
      var arrival = new Arrival(Optional.of("prov0"), false, DhcpMessage.NONE, 68);
      var reply = responder.answer(asked, arrival).reply();
      if (reply.isEmpty()) {
        return "silence";
      }
      var encoded = reply.get().message().encode();
      var out = new byte[encoded.remaining()];
      encoded.get(out);
      return "to "
          + reply.get().to().getHostAddress()
          + " "
          + HexFormat.of().formatHex(out).replaceFirst("(00)+$", "");
    }
  }

  private static Served network(Mode mode) {
    return new Served(
        "prov0",
        Subnet.parse("10.77.0.0/24"),
        mode,
        Subnet.address("10.77.0.1"),
        List.of(AddressRange.parse("10.77.0.50-10.77.0.60")),
        Map.of(),
        Optional.of(Subnet.address("10.77.0.1")),
        List.of(Subnet.address("9.9.9.9")),
        Optional.of("example"),
        Duration.ofHours(1));
  }

  private record Decided(boolean local) implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      var decision =
          local
              ? new BootDecision.LocalDisk()
              : new BootDecision.Linux("k", List.of("i"), List.of());
      return new BootAnswer(decision, "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
