package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.LinkAddress;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.RawSocket;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks who has an address, and hears all ARP on every interface.
final class ArpSocket implements Conflicts.Wire, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArpSocket.class);
  private static final int ARP = 0x0806;
  private static final MacAddress EVERYBODY = new MacAddress(0xffff_ffff_ffffL);
  private static final int STOP_MILLIS = 3000;

  private final RawSocket socket;
  private final Consumer<ArpPacket> heard;
  private final Thread thread;
  private volatile boolean closed;

  /// @throws IOException without CAP_NET_RAW
  ArpSocket(Consumer<ArpPacket> heard) throws IOException {
    this.heard = heard;
    this.socket =
        new RawSocket(RawSocket.AF_PACKET, RawSocket.SOCK_DGRAM, LinkAddress.protocol(ARP));
    this.thread = Thread.ofPlatform().name("dhcp-arp").daemon().start(this::listen);
  }

  @Override
  public void ask(String networkInterface, Inet4Address target) throws IOException {
    var here = NetworkInterface.getByName(networkInterface);
    var mac = here == null ? null : here.getHardwareAddress();
    if (mac == null || mac.length != 6) {
      throw new IOException(networkInterface + " is no Ethernet interface, or is gone");
    }
    socket.send(
        ArpPacket.probe(MacAddress.of(mac), target),
        LinkAddress.of(here.getIndex(), ARP, EVERYBODY));
  }

  private void listen() {
    while (!closed) {
      try {
        socket.receive().flatMap(got -> ArpPacket.decode(got.packet())).ifPresent(heard);
      } catch (IOException e) {
        LOG.warn("addresses are given out unchecked: {}", e.getMessage());
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(STOP_MILLIS);
      if (!thread.isAlive()) {
        socket.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
