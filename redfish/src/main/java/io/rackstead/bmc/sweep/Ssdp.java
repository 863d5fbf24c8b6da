package io.rackstead.bmc.sweep;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks for Redfish services by SSDP (DSP0266 §"Discovery", UPnP 1.1): each address by itself, and
/// by multicast where the range is on a network of ours. Only what comes from the range is heard.
final class Ssdp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ssdp.class);
  private static final String SERVICE = "urn:dmtf-org:service:redfish-rest:1";
  private static final String GROUP = "239.255.255.250";
  private static final Pattern LOCATION =
      Pattern.compile(
          "(?im)^(?:AL|LOCATION):\\s*https://(\\[[0-9a-f:.]+]|[a-z0-9.-]+)(?::([0-9]{1,5}))?/");

  private final MulticastSocket socket;
  private final Set<InetAddress> range;
  private final ObjIntConsumer<InetAddress> found;

  private Ssdp(MulticastSocket socket, Set<InetAddress> range, ObjIntConsumer<InetAddress> found) {
    this.socket = socket;
    this.range = range;
    this.found = found;
  }

  /// @param found told which port of which address offers Redfish by TLS
  static Ssdp open(Set<InetAddress> range, ObjIntConsumer<InetAddress> found) throws IOException {
    var ssdp = new Ssdp(new MulticastSocket(0), range, found);
    ssdp.socket.setTimeToLive(2);
    Thread.ofVirtual().name("ssdp").start(ssdp::listen);
    return ssdp;
  }

  void ask(InetSocketAddress whom) {
    var text =
        """
        M-SEARCH * HTTP/1.1\r
        HOST: %s:%d\r
        MAN: "ssdp:discover"\r
        MX: 1\r
        ST: %s\r
        USER-AGENT: Rackstead\r
        \r
        """
            .formatted(whom.getAddress().getHostAddress(), whom.getPort(), SERVICE);
    try {
      var bytes = text.getBytes(StandardCharsets.US_ASCII);
      socket.send(new DatagramPacket(bytes, bytes.length, whom));
    } catch (IOException e) {
      LOG.debug("ssdp to {}: {}", whom, e.getMessage());
    }
  }

  void askAll(int port) throws IOException {
    for (var one : NetworkInterface.networkInterfaces().toList()) {
      try {
        if (one.isUp() && one.supportsMulticast() && !one.isLoopback() && reaches(one)) {
          socket.setNetworkInterface(one);
          ask(new InetSocketAddress(InetAddress.ofLiteral(GROUP), port));
        }
      } catch (SocketException e) {
        LOG.debug("ssdp on {}: {}", one.getName(), e.getMessage());
      }
    }
  }

  private boolean reaches(NetworkInterface one) {
    return one.getInterfaceAddresses().stream()
        .filter(own -> own.getAddress() instanceof Inet4Address)
        .anyMatch(own ->
            range.stream()
                .anyMatch(address ->
                    address instanceof Inet4Address
                        && network(address, own.getNetworkPrefixLength())
                            == network(own.getAddress(), own.getNetworkPrefixLength())));
  }

  private static int network(InetAddress address, short length) {
    var b = address.getAddress();
    int bits = (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff;
    return length == 0 ? 0 : bits & -1 << 32 - length;
  }

  private void listen() {
    var packet = new DatagramPacket(new byte[1500], 1500);
    while (!socket.isClosed()) {
      try {
        packet.setLength(1500);
        socket.receive(packet);
        heard(packet);
      } catch (IOException e) {
        LOG.debug("ssdp: {}", e.getMessage());
      }
    }
  }

  private void heard(DatagramPacket packet) {
    var from = packet.getAddress();
    var text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
    var at = LOCATION.matcher(text);
    if (!range.contains(from)
        || !text.toLowerCase(Locale.ROOT).contains("redfish-rest")
        || !at.find()
        || !at.group(1).replaceAll("[\\[\\]]", "").equals(from.getHostAddress())) {
      LOG.debug("ssdp answer from={} is of no use", from);
      return;
    }
    int port = at.group(2) == null ? SweepTarget.REDFISH : Integer.parseInt(at.group(2));
    if (port >= 1 && port <= 65535) {
      found.accept(from, port);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
