package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.Dhcp.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.net.MacAddress;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The test is the other server, on loopback.
class ForeignProbeTest {
  private static final MacAddress CARD = MacAddress.parse("52:54:00:00:00:01");
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aServerThatAnswersAProbeIsARogueUntilItIsSilent() throws Exception {
    var foreign = new ForeignServers(() -> now);
    var loop = DhcpSocket.loop();
    try (var server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(10_000);
      new ForeignProbe(foreign, loop)
          .ask(
              Optional.empty(),
              ForeignProbe.addressFor(CARD),
              Set.of(at("10.0.0.2")),
              new ForeignProbe.Ports(at("127.0.0.1"), server.getLocalPort(), 0));
      var packet = new DatagramPacket(new byte[1500], 1500);
      server.receive(packet);
      var asked = DhcpMessage.decode(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
      assertThat(asked.type()).contains(MessageType.DISCOVER);
      assertThat(asked.broadcast()).isTrue();
      assertThat(foreign.ourProbe(asked.chaddr())).isTrue();
      answer(server, packet, asked, asked.xid() + 1, "10.0.0.7");
      answer(server, packet, asked, asked.xid(), "10.0.0.2");
      answer(server, packet, asked, asked.xid(), "10.0.0.99");
      var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (foreign.rogues().isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.onSpinWait();
      }
      assertThat(foreign.rogues())
          .singleElement()
          .extracting(ForeignServers.Seen::text)
          .isEqualTo(
              "another DHCP server, 10.0.0.99, answers on the wire: it offered 10.0.0.200 to a"
                  + " probe; switch it off, or serve that network as proxy");
      now = now.plus(Duration.ofMinutes(11));
      assertThat(foreign.rogues()).isEmpty();
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  @Test
  void theProbeAsksUnderAnAddressOfItsOwnThatIsTheSameEachTime() {
    assertThat(ForeignProbe.addressFor(MacAddress.parse("00:1b:21:00:00:01")))
        .hasToString("02:1b:21:00:00:01");
    assertThat(ForeignProbe.addressFor(CARD).locallyAdministered()).isTrue();
    var asked = ForeignProbe.discover(CARD, 7);
    assertThat(DhcpMessage.decode(asked.encode())).isEqualTo(asked);
  }

  private static void answer(
      DatagramSocket server, DatagramPacket from, DhcpMessage asked, int xid, String serverId)
      throws Exception {
    var offer =
        new DhcpMessage(
            DhcpMessage.REPLY,
            0,
            xid,
            0,
            true,
            DhcpMessage.NONE,
            at("10.0.0.200"),
            DhcpMessage.NONE,
            DhcpMessage.NONE,
            asked.chaddr(),
            "",
            "",
            DhcpOptions.NONE
                .with(DhcpOptions.MESSAGE_TYPE, MessageType.OFFER.code())
                .with(DhcpOptions.SERVER_ID, at(serverId)));
    var encoded = offer.encode();
    var octets = new byte[encoded.remaining()];
    encoded.get(octets);
    server.send(new DatagramPacket(octets, octets.length, from.getSocketAddress()));
  }
}
