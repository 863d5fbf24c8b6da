package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.LinkAddress;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.RawSocket;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Sends IP packets to a MAC that we name. The kernel puts the Ethernet header in front.
final class RawFrames implements AutoCloseable {
  private static final int IPV4 = 0x0800;

  private final RawSocket socket;
  private final Map<String, Integer> indexes = new ConcurrentHashMap<>();

  /// @throws IOException without CAP_NET_RAW
  RawFrames() throws IOException {
    // protocol 0: it hears nothing, it only sends
    socket = new RawSocket(RawSocket.AF_PACKET, RawSocket.SOCK_DGRAM, 0);
  }

  void send(String networkInterface, MacAddress to, byte[] ip) throws IOException {
    var target = LinkAddress.of(index(networkInterface), IPV4, to);
    try {
      socket.send(ip, target);
    } catch (IOException e) {
      indexes.remove(networkInterface); // it may have gone and come again as another
      throw e;
    }
  }

  private int index(String networkInterface) throws IOException {
    var known = indexes.get(networkInterface);
    if (known != null) {
      return known;
    }
    int found = RawSocket.index(networkInterface);
    indexes.put(networkInterface, found);
    return found;
  }

  @Override
  public void close() {
    socket.close();
  }
}
