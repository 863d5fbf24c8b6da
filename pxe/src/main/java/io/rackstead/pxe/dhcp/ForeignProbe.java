package io.rackstead.pxe.dhcp;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks a wire for an address, as a boot client would, and notes who answers. It takes none: no
/// request follows, and the offers run out.
final class ForeignProbe {
  private static final Logger LOG = LoggerFactory.getLogger(ForeignProbe.class);
  private static final int LISTEN_SECONDS = 3;

  private final ForeignServers foreign;
  private final EventLoopGroup loop;
  private boolean told;

  /// @param serverPort where servers listen, 67
  /// @param clientPort where they answer to, 68; 0 for any
  record Ports(Inet4Address to, int serverPort, int clientPort) {
    static final Ports STANDARD = new Ports(DhcpReply.BROADCAST, 67, 68);
  }

  ForeignProbe(ForeignServers foreign, EventLoopGroup loop) {
    this.foreign = foreign;
    this.loop = loop;
  }

  /// The probe's own address on an interface: the same each time, so that a foreign server sets
  /// aside one address for it and not one each minute.
  static MacAddress addressFor(MacAddress interfaceMac) {
    return new MacAddress((interfaceMac.bits() | 1L << 41) & ~(1L << 40));
  }

  /// @param ours addresses of our own servers, whose answers say nothing
  void ask(
      Optional<String> networkInterface, MacAddress probe, Set<Inet4Address> ours, Ports ports) {
    foreign.probing(probe);
    int xid = ThreadLocalRandom.current().nextInt();
    try {
      var channel =
          DhcpSocket.open(
              loop,
              networkInterface,
              Subnet.address(0),
              ports.clientPort(),
              new Answers(networkInterface.orElse("the wire"), xid, ours));
      channel.writeAndFlush(
          new DatagramPacket(
              Unpooled.wrappedBuffer(discover(probe, xid).encode()),
              new InetSocketAddress(ports.to(), ports.serverPort())));
      loop.schedule(() -> channel.close(), LISTEN_SECONDS, TimeUnit.SECONDS);
    } catch (BindException e) {
      if (!told) {
        told = true;
        LOG.info(
            "other DHCP servers are seen only when a client takes their offer: {} on {}",
            e.getMessage(),
            networkInterface.orElse("the wire"));
      }
    }
  }

  static DhcpMessage discover(MacAddress probe, int xid) {
    var options =
        DhcpOptions.NONE
            .with(DhcpOptions.MESSAGE_TYPE, MessageType.DISCOVER.code())
            .with(DhcpOptions.PARAMETER_LIST, new byte[] {1, 3, 6, 43, 54, 60, 66, 67})
            .with(DhcpOptions.CLASS_ID, "PXEClient:Arch:00007:UNDI:003016")
            .with(DhcpOptions.CLIENT_ARCH, new byte[] {0, 7});
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        0,
        xid,
        0,
        true,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        probe,
        "",
        "",
        options);
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
    private final String where;
    private final int xid;
    private final Set<Inet4Address> ours;

    Answers(String where, int xid, Set<Inet4Address> ours) {
      this.where = where;
      this.xid = xid;
      this.ours = ours;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      try {
        ByteBuffer octets = packet.content().nioBuffer();
        var reply = DhcpMessage.decode(octets);
        if (reply.op() == DhcpMessage.REPLY && reply.xid() == xid) {
          foreign.answered(reply, where, ours);
        }
      } catch (MalformedPacket e) {
        LOG.debug("an answer to a probe on {}: {}", where, e.getMessage());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("probe on {}: {}", where, cause.toString());
    }
  }
}
