package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.Dhcp.ANNA;
import static io.rackstead.pxe.dhcp.Dhcp.at;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.pxe.dhcp.Answer.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnicastTest {
  @Test
  void aPacketIsItsRfcsOctetByOctet() {
    var packet =
        UnicastPacket.of(
            at("10.0.0.2"), 67, at("10.0.0.50"), 68, ByteBuffer.wrap("dhcp!".getBytes(US_ASCII)));
    assertThat(HexFormat.of().formatHex(packet))
        .isEqualTo(
            "45100021"
                + "00004000"
                + "401126890a0000020a000032"
                + "00430044000d0241"
                + "6468637021");
  }

  @Test
  void everyPacketsChecksumsAreRight() {
    var random = new Random(1071);
    for (int length = 0; length < 1400; length++) {
      var payload = new byte[length];
      random.nextBytes(payload);
      var packet =
          ByteBuffer.wrap(
              UnicastPacket.of(at("10.0.0.2"), 67, at("10.0.0.50"), 68, ByteBuffer.wrap(payload)));
      assertThat(UnicastPacket.fold(UnicastPacket.sum(packet, 0, 20))).isEqualTo(0xffff);
      int udp = packet.remaining() - 20;
      long pseudo = UnicastPacket.sum(packet, 12, 8) + 17 + udp;
      assertThat(UnicastPacket.fold(pseudo + UnicastPacket.sum(packet, 20, udp))).isEqualTo(0xffff);
    }
  }

  @Test
  void onlyAnOperatingSystemsAnswerIsSentToItAlone() {
    assertThat(reply(DhcpOptions.NONE, false, "10.0.0.50").wantsFrame()).isTrue();
    assertThat(reply(DhcpOptions.NONE, true, "10.0.0.50").wantsFrame()).isFalse();
    assertThat(reply(DhcpOptions.NONE, false, "0.0.0.0").wantsFrame()).isFalse();
    var firmware = DhcpOptions.NONE.with(DhcpOptions.CLASS_ID, "PXEClient");
    assertThat(reply(firmware, false, "10.0.0.50").wantsFrame()).isFalse();
    var loader = DhcpOptions.NONE.with(DhcpOptions.IPXE, new byte[] {1});
    assertThat(reply(loader, false, "10.0.0.50").wantsFrame()).isFalse();
  }

  @Test
  void withoutASocketOrAnInterfaceItIsBroadcast() {
    try (var unicast = new Unicast()) {
      var reply = reply(DhcpOptions.NONE, false, "10.0.0.50");
      assertThat(unicast.send(reply, Optional.of("lo"), 67)).isFalse();
      unicast.open();
      assertThat(unicast.send(reply, Optional.empty(), 67)).isFalse();
      assertThat(unicast.send(reply, Optional.of("no-such-interface"), 67)).isFalse();
    }
  }

  @Test
  void aFrameLeavesByTheInterfaceThatIsNamed() throws IOException {
    try (var frames = open()) {
      var packet =
          UnicastPacket.of(at("10.0.0.2"), 67, at("10.0.0.50"), 68, ByteBuffer.allocate(300));
      frames.send("lo", ANNA, packet);
      assertThatThrownBy(() -> frames.send("no-such-interface", ANNA, packet))
          .hasMessage("there is no interface no-such-interface");
      assertThatThrownBy(() -> frames.send("lo", ANNA, new byte[2000]))
          .hasMessage("longer than a frame: 2000");
      frames.close();
      assertThatThrownBy(() -> frames.send("lo", ANNA, packet)).hasMessage("closed");
    }
  }

  @Test
  void aClientThatAsksAgainIsAnsweredByBroadcast() throws IOException {
    open().close();
    try (var unicast = new Unicast()) {
      unicast.open();
      var reply = reply(DhcpOptions.NONE, false, "10.0.0.50");
      assertThat(unicast.send(reply, Optional.of("lo"), 67)).isTrue();
      assertThat(unicast.send(reply, Optional.of("lo"), 67)).isFalse();
    }
  }

  private static RawFrames open() {
    try {
      return new RawFrames();
    } catch (IOException e) {
      assumeTrue(false, "no right to a raw socket: " + e.getMessage());
      throw new IllegalStateException(e);
    }
  }

  private static Reply reply(DhcpOptions more, boolean broadcast, String yiaddr) {
    var message =
        new DhcpMessage(
            DhcpMessage.REPLY,
            0,
            7,
            0,
            broadcast,
            DhcpMessage.NONE,
            at(yiaddr),
            DhcpMessage.NONE,
            DhcpMessage.NONE,
            ANNA,
            "",
            "",
            more.with(DhcpOptions.MESSAGE_TYPE, 2).with(DhcpOptions.SERVER_ID, at("10.0.0.2")));
    return new Reply(message, DhcpReply.target(message), 68, 548);
  }
}
