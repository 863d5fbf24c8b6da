package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.capture.BootCaptures;
import io.rackstead.pxe.capture.Pcap.Datagram;
import io.rackstead.pxe.dhcp.DhcpMessage.VendorClass;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Arrays;

/// Puts what boot clients ask and are told into their capture, without what nobody else should
/// know: authentication (RFC 3118) and the passwords that iPXE may have.
final class Recorder {
  private static final int AUTHENTICATION = 90;
  private static final int IPXE_PASSWORD = 191;
  private static final int[] SECRET = {AUTHENTICATION, IPXE_PASSWORD};

  private final BootCaptures captures;
  private final InstantSource clock;

  Recorder(BootCaptures captures, InstantSource clock) {
    this.captures = captures;
    this.clock = clock;
  }

  void asked(DhcpMessage asked, Arrival arrival, int port) {
    if (boots(asked)) {
      boolean begins =
          asked.type().filter(type -> type == MessageType.DISCOVER).isPresent()
              && !asked.fromLoader();
      var to = asked.hasAddress() || asked.relayed() ? DhcpMessage.NONE : DhcpReply.BROADCAST;
      add(asked, arrival.source(), arrival.sourcePort(), to, port, begins);
    }
  }

  void told(DhcpMessage asked, Answer.Reply reply, int port) {
    if (boots(asked)) {
      var server =
          reply.message().options().address(DhcpOptions.SERVER_ID).orElse(DhcpMessage.NONE);
      add(reply.message(), server, port, reply.to(), reply.port(), false);
    }
  }

  private static boolean boots(DhcpMessage asked) {
    return asked.vendorClass() != VendorClass.OTHER || asked.fromLoader();
  }

  private void add(
      DhcpMessage message,
      Inet4Address from,
      int fromPort,
      Inet4Address to,
      int port,
      boolean begins) {
    ByteBuffer octets = DhcpReply.with(message, plain(message.options())).encode();
    var copy = new byte[octets.remaining()];
    octets.get(copy);
    captures.add(
        message.chaddr(), new Datagram(clock.instant(), from, fromPort, to, port, copy), begins);
  }

  private static DhcpOptions plain(DhcpOptions options) {
    var plain = options;
    for (int secret : SECRET) {
      var value = options.octets(secret);
      if (value.isPresent()) {
        var blank = new byte[value.get().length];
        Arrays.fill(blank, (byte) 'x');
        plain = plain.with(secret, blank);
      }
    }
    return plain;
  }
}
