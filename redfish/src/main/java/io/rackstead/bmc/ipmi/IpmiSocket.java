package io.rackstead.bmc.ipmi;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.rackstead.bmc.ipmi.IpmiPacket.Plain;
import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import io.rackstead.bmc.ipmi.IpmiPacket.Setup;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one UDP socket and the one thread that serve all BMCs. A packet finds its [Line] by the
/// console's session id, which is ours to choose, and by the address it must come from.
final class IpmiSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IpmiSocket.class);

  private record PlainKey(InetSocketAddress remote, int sequence) {}

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("ipmi", true), NioIoHandler.newFactory());
  private final Channel channel;
  private final Map<Integer, Line> sessions = new ConcurrentHashMap<>();
  private final Map<PlainKey, Line> plain = new ConcurrentHashMap<>();
  private final AtomicInteger nextSession;
  private final AtomicLong unreadable = new AtomicLong();

  /// @param socket where it was made decides which network it reaches; empty opens one here
  IpmiSocket(Optional<DatagramChannel> socket, RandomGenerator random) {
    nextSession = new AtomicInteger(random.nextInt());
    try {
      channel =
          new Bootstrap()
              .group(loop)
              .channelFactory(
                  () -> socket.map(NioDatagramChannel::new).orElseGet(NioDatagramChannel::new))
              .handler(new Receiver())
              .bind(0)
              .syncUninterruptibly()
              .channel();
    } catch (RuntimeException e) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
  }

  /// A new line to one BMC, with a console session id that no other has.
  Line line(InetSocketAddress remote) {
    for (int tries = 0; tries < 1000; tries++) {
      int id = nextSession.incrementAndGet();
      var line = new Line(this, remote, id);
      if (id == 0 || sessions.putIfAbsent(id, line) != null) {
        continue;
      }
      if (plain.putIfAbsent(new PlainKey(remote, line.sequence()), line) == null) {
        return line;
      }
      sessions.remove(id, line);
    }
    throw new IllegalStateException("more than 60 sessions are being opened to " + remote);
  }

  void forget(Line line) {
    sessions.remove(line.consoleSession(), line);
    plain.remove(new PlainKey(line.remote(), line.sequence()), line);
  }

  void send(Line line, byte[] datagram) {
    if (loop.isShuttingDown()) {
      line.notSent("the dialer is closed");
      return;
    }
    channel
        .writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(datagram), line.remote()))
        .addListener(sent -> {
          if (!sent.isSuccess()) {
            line.notSent(String.valueOf(sent.cause().getMessage()));
          }
        });
  }

  /// Dropped when the socket is closed, as what it would have done then is done already.
  void later(Duration wait, Runnable work) {
    if (loop.isShuttingDown()) {
      return;
    }
    try {
      loop.schedule(work, wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed while a session was given back", e);
    }
  }

  boolean closed() {
    return loop.isShuttingDown();
  }

  /// How many datagrams arrived that nobody could read or nobody had asked for.
  long unreadable() {
    return unreadable.get();
  }

  int openLines() {
    return sessions.size();
  }

  void receive(InetSocketAddress from, byte[] datagram) {
    try {
      var packet = IpmiPacket.decode(datagram);
      var line = lineOf(from, packet);
      if (line != null && line.remote().equals(from)) {
        line.arrived(packet);
        return;
      }
      unreadable.incrementAndGet();
      log.debug("packet for no open session from={}", from);
    } catch (MalformedPacket e) {
      unreadable.incrementAndGet();
      log.debug("unreadable packet from={} reason={}", from, e.getMessage());
    }
  }

  private @Nullable Line lineOf(InetSocketAddress from, IpmiPacket packet) {
    return switch (packet) {
      case Plain(byte[] message) ->
          plain.get(new PlainKey(from, IpmiMessage.decodeResponse(message).sequence()));
      case Setup setup -> {
        var line = sessions.get(setup.consoleSession());
        yield line != null ? line : plain.get(new PlainKey(from, Line.sequenceOf(setup.tag())));
      }
      case Secured secured -> sessions.get(secured.session());
    };
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  private final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
      receive(packet.sender(), ByteBufUtil.getBytes(packet.content()));
    }

    // the socket stays open whatever arrives: a pending error of one peer must not end all sessions
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      log.debug("the IPMI socket reported an error", cause);
    }
  }
}
