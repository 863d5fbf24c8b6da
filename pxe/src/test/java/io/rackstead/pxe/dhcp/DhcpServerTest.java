package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootAnswer;
import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.Noted;
import io.rackstead.pxe.PxeConfig;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Over real sockets on loopback: this test is the relay.
class DhcpServerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path folder;
  private final Noted noted = new Noted();
  private DatagramSocket relay;
  private LeaseLog leases;
  private DhcpServer server;
  private List<Served> served = List.of();

  @BeforeEach
  void start() throws IOException {
    served = List.of(network());
    relay = new DatagramSocket(0, LOOPBACK);
    relay.setSoTimeout(10_000);
    leases = LeaseLog.open(folder, InstantSource.system());
    var boots =
        new BootOffers(
            new Nothing(),
            Loaders.none(folder),
            () -> 5248,
            new LoadersSeen(InstantSource.system()));
    var responder =
        new DhcpResponder(
            () -> served,
            boots,
            Optional.of(leases),
            InstantSource.system(),
            new DhcpPorts(relay.getLocalPort(), relay.getLocalPort()));
    var config = new PxeConfig(0, 0, -1, -1, Subnet.address("127.0.0.1"), folder, folder);
    server = DhcpServer.start(config, () -> served, responder, Optional.of(leases), noted);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    leases.close();
    relay.close();
  }

  @Test
  void aHundredClientsAtOnceHaveAHundredAddressesOnDisk() throws Exception {
    var offered = new HashSet<Integer>();
    for (int client = 0; client < 100; client++) {
      send(message(client, MessageType.DISCOVER, DhcpOptions.NONE));
    }
    for (int client = 0; client < 100; client++) {
      var offer = receive();
      offered.add(Subnet.bits(offer.yiaddr()));
      send(
          message(
              (int) (offer.chaddr().bits() & 0xff),
              MessageType.REQUEST,
              DhcpOptions.NONE
                  .with(DhcpOptions.SERVER_ID, Subnet.address("127.0.0.1"))
                  .with(DhcpOptions.REQUESTED_ADDRESS, offer.yiaddr())));
    }
    for (int client = 0; client < 100; client++) {
      assertThat(receive().type()).contains(MessageType.ACK);
    }
    assertThat(offered).hasSize(100);
    leases.close();
    try (var again = LeaseLog.open(folder, InstantSource.system())) {
      assertThat(again.list()).hasSize(100);
    }
  }

  @Test
  void noiseIsTracedAndTheNextClientIsAnswered() throws Exception {
    sendOctets(new byte[] {1, 1, 6, 0, 9});
    send(message(1, MessageType.DISCOVER, DhcpOptions.NONE));
    assertThat(receive().type()).contains(MessageType.OFFER);
    assertThat(noted.next().text()).startsWith("malformed: only 5 octets");
    assertThat(noted.next().text()).contains("DISCOVER by relay 127.0.0.1 → OFFER 127.0.1.");
  }

  @Test
  void aNetworkThatIsServedNoMoreIsNotListenedOn() {
    assertThat(server.states()).extracting("status").containsOnly(Status.SERVING);
    served = List.of();
    server.refresh();
    assertThat(server.states()).extracting("status").containsOnly(Status.OFF);
    served = List.of(network());
    server.refresh();
    assertThat(server.states()).extracting("status").containsOnly(Status.SERVING);
  }

  private void send(DhcpMessage message) throws IOException {
    var encoded = message.encode();
    var octets = new byte[encoded.remaining()];
    encoded.get(octets);
    sendOctets(octets);
  }

  private void sendOctets(byte[] octets) throws IOException {
    InetSocketAddress to = server.addresses(false).getFirst();
    relay.send(new DatagramPacket(octets, octets.length, to));
  }

  private DhcpMessage receive() throws IOException {
    var packet = new DatagramPacket(new byte[1500], 1500);
    relay.receive(packet);
    return DhcpMessage.decode(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
  }

  private static DhcpMessage message(int client, MessageType type, DhcpOptions options) {
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        1,
        client,
        0,
        false,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        Subnet.address("127.0.0.1"),
        new MacAddress(0x5254_0000_0000L + client),
        "",
        "",
        options.with(DhcpOptions.MESSAGE_TYPE, type.code()));
  }

  private static Served network() {
    return new Served(
        "lo",
        Subnet.parse("127.0.0.0/8"),
        Networks.Mode.SERVER,
        Subnet.address("127.0.0.1"),
        List.of(AddressRange.parse("127.0.1.0-127.0.1.255")),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Duration.ofHours(1));
  }

  private static final class Nothing implements Booter {
    @Override
    public BootAnswer decide(BootRequest request) {
      return new BootAnswer(new BootDecision.LocalDisk(), "test", List.of());
    }

    @Override
    public Optional<BootFile> open(String name, InetAddress client) {
      return Optional.empty();
    }
  }
}
