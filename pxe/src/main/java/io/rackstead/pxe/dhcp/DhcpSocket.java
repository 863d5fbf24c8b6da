package io.rackstead.pxe.dhcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Opens DHCP's sockets. With epoll each is bound to one interface, because a broadcast does not
/// say by itself where it came from, and 255.255.255.255 has to leave by the same one.
public final class DhcpSocket {
  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final int MAX_DATAGRAM = 2048;
  // more than are answered at once: under overload questions wait where their age is seen
  private static final int DRAIN = 256;
  private static final int OPEN_SECONDS = 10;

  private DhcpSocket() {}

  static boolean perInterface() {
    return Epoll.isAvailable();
  }

  /// One thread: what it drains at once shares one write to the lease log.
  static EventLoopGroup loop() {
    return loop("dhcp");
  }

  /// The same under another name.
  public static EventLoopGroup loop(String name) {
    IoHandlerFactory io = perInterface() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(
        1, Thread.ofPlatform().name(name).daemon().factory(), io);
  }

  static Channel open(
      EventLoopGroup loop,
      Optional<String> networkInterface,
      Inet4Address address,
      int port,
      ChannelHandler handler)
      throws BindException {
    return open(
        loop,
        networkInterface,
        SocketProtocolFamily.INET,
        new InetSocketAddress(address, port),
        handler);
  }

  /// For DHCPv6.
  public static Channel open6(
      EventLoopGroup loop,
      Optional<String> networkInterface,
      Inet6Address address,
      int port,
      ChannelHandler handler)
      throws BindException {
    return open(
        loop,
        networkInterface,
        SocketProtocolFamily.INET6,
        new InetSocketAddress(address, port),
        handler);
  }

  private static Channel open(
      EventLoopGroup loop,
      Optional<String> networkInterface,
      SocketProtocolFamily family,
      InetSocketAddress address,
      ChannelHandler handler)
      throws BindException {
    ChannelFactory<DatagramChannel> factory =
        perInterface()
            ? () -> new EpollDatagramChannel(family)
            : () -> new NioDatagramChannel(family);
    // no SO_REUSEADDR: with it Linux would let two DHCP servers share the port without a word
    var bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(factory)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MAX_DATAGRAM).maxMessagesPerRead(DRAIN))
            .handler(handler);
    if (family == SocketProtocolFamily.INET) {
      bootstrap.option(ChannelOption.SO_BROADCAST, true);
    }
    if (networkInterface.isPresent() && perInterface()) {
      var name = (networkInterface.get() + "\0").getBytes(StandardCharsets.US_ASCII);
      bootstrap.option(
          new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, name.length),
          ByteBuffer.wrap(name));
    }
    var bound = bootstrap.bind(address);
    if (!bound.awaitUninterruptibly(OPEN_SECONDS, TimeUnit.SECONDS)) {
      throw new BindException("no result within " + OPEN_SECONDS + " s");
    }
    var cause = bound.cause();
    if (cause != null) {
      var failure = new BindException(String.valueOf(cause.getMessage()));
      failure.initCause(cause);
      throw failure;
    }
    return bound.channel();
  }
}
