package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.dhcp.ForeignServers;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet6;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks a link which DHCPv6 servers there are, without an identifier of a client and without a wish
/// for an address, so that no server keeps anything of it: RFC 8415 §18.2.6. Ours does not hear it.
final class ForeignProbe6 {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignProbe6.class);
  private static final int CLIENT_PORT = 546;
  private static final long LISTEN_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final Inet6Address ALL_SERVERS = Subnet6.address("ff02::1:2");
  private static final int LONGEST = 1500;

  private final ForeignServers foreign;
  private final Duid self;

  ForeignProbe6(ForeignServers foreign, Duid self) {
    this.foreign = foreign;
    this.self = self;
  }

  /// Takes a few seconds.
  void ask(String networkInterface, int serverPort) {
    int transaction = ThreadLocalRandom.current().nextInt() & 0xff_ffff;
    try (var socket = new MulticastSocket(new InetSocketAddress("::", CLIENT_PORT))) {
      socket.setNetworkInterface(NetworkInterface.getByName(networkInterface));
      socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
      var octets = question(transaction).encode();
      socket.send(
          new DatagramPacket(
              octets.array(), octets.limit(), new InetSocketAddress(ALL_SERVERS, serverPort)));
      listen(socket, transaction, networkInterface);
    } catch (IOException e) {
      // a client of this host's own has the port: the routers' words still show most of them
      LOG.debug("other DHCPv6 servers on {}: {}", networkInterface, e.getMessage());
    }
  }

  static Dhcp6Packet.Message question(int transaction) {
    var wanted =
        ByteBuffer.allocate(4)
            .putShort((short) Dhcp6Options.DNS)
            .putShort((short) Dhcp6Options.BOOT_FILE_URL);
    return new Dhcp6Packet.Message(
        MessageType6.INFORMATION_REQUEST,
        transaction,
        Dhcp6Options.NONE
            .with(Dhcp6Options.ELAPSED, new byte[2])
            .with(Dhcp6Options.REQUESTED, wanted.array()));
  }

  private void listen(MulticastSocket socket, int transaction, String networkInterface)
      throws IOException {
    long until = System.nanoTime() + LISTEN_NANOS;
    var packet = new DatagramPacket(new byte[LONGEST], LONGEST);
    for (long left = LISTEN_NANOS; left > 0; left = until - System.nanoTime()) {
      socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      try {
        packet.setLength(LONGEST);
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        return;
      }
      if (packet.getAddress() instanceof Inet6Address from) {
        sign(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()), transaction)
            .ifPresent(sign -> foreign.server6(from, networkInterface, sign));
      }
    }
  }

  /// What an answer says of another server; empty for ours and for what is no answer to this.
  Optional<String> sign(ByteBuffer octets, int transaction) {
    try {
      if (!(Dhcp6Packet.decode(octets)
              instanceof Dhcp6Packet.Message(var type, var id, var options))
          || type != MessageType6.REPLY
          || id != transaction) {
        return Optional.empty();
      }
      var server = options.first(Dhcp6Options.SERVER_ID);
      if (server.isEmpty() || new Duid(server.get()).equals(self)) {
        return Optional.empty();
      }
      return Optional.of(
          options.has(Dhcp6Options.BOOT_FILE_URL)
              ? "it told a probe what to boot"
              : "it answered a probe");
    } catch (MalformedPacket e) {
      LOG.debug("an answer to a probe: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
