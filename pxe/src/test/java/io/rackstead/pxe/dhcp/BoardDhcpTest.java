package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.Dhcp.from;
import static io.rackstead.pxe.dhcp.Dhcp.network;
import static io.rackstead.pxe.dhcp.Dhcp.on;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Boards by DHCP: what they are told, and what is remembered of them.
class BoardDhcpTest {
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final MacAddress PI = MacAddress.parse("dc:a6:32:00:00:0b");
  private static final DhcpOptions PXE =
      DhcpOptions.NONE
          .with(DhcpOptions.CLASS_ID, "PXEClient:Arch:00000:UNDI:002001")
          .with(DhcpOptions.CLIENT_ARCH, new byte[2]);
  private static final DhcpOptions U_BOOT =
      DhcpOptions.NONE
          .with(DhcpOptions.CLASS_ID, "U-Boot.armv8")
          .with(DhcpOptions.CLIENT_ARCH, new byte[] {0, 22});

  @TempDir Path folder;
  private final LoadersSeen seen = new LoadersSeen(() -> NOW);
  private LeaseLog leases;

  @BeforeEach
  void open() throws IOException {
    leases = LeaseLog.open(folder, () -> NOW);
  }

  @AfterEach
  void close() throws IOException {
    leases.close();
  }

  @Test
  void aRaspberryPiHearsTheWordsThatItWaitsForAndABiosDoesNot() {
    var words = reply(Mode.SERVER, from(PI, MessageType.DISCOVER, PXE)).orElseThrow();
    var menu = words.options().octets(DhcpOptions.VENDOR).orElseThrow();
    assertThat(new String(menu, US_ASCII)).contains("Raspberry Pi Boot");
    // sub-option 9: type 0, 17 characters, and they are all there
    assertThat(menu[9 + 4]).isEqualTo((byte) 17);
    assertThat(menu).hasSize(3 + 6 + 2 + 20 + 1).endsWith((byte) 255);
    assertThat(seen.board(PI)).contains(ClientArch.PI_BOOT);
    var bios = reply(Mode.SERVER, from(Dhcp.ANNA, MessageType.DISCOVER, PXE)).orElseThrow();
    assertThat(new String(bios.options().octets(DhcpOptions.VENDOR).orElse(new byte[0]), US_ASCII))
        .doesNotContain("Raspberry");
    assertThat(seen.board(Dhcp.ANNA)).isEmpty();
  }

  @Test
  void uBootIsToldWhereItsFilesLieAndIsRememberedAsABoard() {
    var offer = reply(Mode.SERVER, from(Dhcp.ANNA, MessageType.DISCOVER, U_BOOT)).orElseThrow();
    assertThat(offer.file()).isEqualTo("pxelinux.0");
    assertThat(offer.siaddr()).isEqualTo(Dhcp.at("10.0.0.2"));
    assertThat(offer.options().has(DhcpOptions.VENDOR)).isFalse();
    assertThat(offer.options().has(DhcpOptions.CLASS_ID)).isFalse();
    assertThat(seen.board(Dhcp.ANNA)).contains(ClientArch.U_BOOT_ARM64);
  }

  /// It takes the first offer, and one without an address would leave it without any.
  @Test
  void besideAForeignServerUBootHearsNothing() {
    assertThat(reply(Mode.PROXY, from(Dhcp.ANNA, MessageType.DISCOVER, U_BOOT))).isEmpty();
    assertThat(reply(Mode.PROXY, from(PI, MessageType.DISCOVER, PXE))).isPresent();
  }

  @Test
  void aBoardThatComesAgainAsUefiIsNoBoardAnyMore() {
    reply(Mode.SERVER, from(Dhcp.ANNA, MessageType.DISCOVER, U_BOOT));
    reply(
        Mode.SERVER,
        from(
            Dhcp.ANNA,
            MessageType.DISCOVER,
            PXE.with(DhcpOptions.CLIENT_ARCH, new byte[] {0, 11})));
    assertThat(seen.board(Dhcp.ANNA)).isEmpty();
  }

  private Optional<DhcpMessage> reply(Mode mode, DhcpMessage asked) {
    var boots = new BootOffers(new Always(), Loaders.none(folder), () -> 5248, seen);
    return new DhcpResponder(
            () -> List.of(network("prov0", "10.0.0", mode)),
            boots,
            Optional.of(leases),
            () -> NOW,
            DhcpPorts.STANDARD)
        .answer(asked, on("prov0"))
        .reply()
        .map(Answer.Reply::message);
  }

  private static final class Always implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(
          new BootDecision.Linux("k", List.of("i"), List.of()), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
