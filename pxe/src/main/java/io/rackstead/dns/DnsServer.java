package io.rackstead.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.rackstead.dns.DnsResponder.Outcome;
import io.rackstead.pxe.BindFailure;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// DNS over UDP and TCP on Netty, one thread. Each of our addresses has sockets of its own: an
/// answer leaves by the address that was asked, and another program's DNS on loopback stays as it
/// is.
public final class DnsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DnsServer.class);
  private static final int LOOK_AGAIN_SECONDS = 5;
  private static final int IDLE_SECONDS = 10;
  private static final int CONNECTIONS = 200;
  private static final int OPEN_SECONDS = 10;
  private static final int QUESTION = 4096;
  private static final int FREE_PORT_TRIES = 10;

  private final DnsConfig config;
  private final Supplier<Set<InetAddress>> addresses;
  private final DnsResponder responder;
  private final Upstream upstream;
  private final EventLoopGroup loop;
  private final ScheduledExecutorService again =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("dns-refresh").daemon().factory());
  private final Map<InetAddress, List<Channel>> open = new HashMap<>();
  private final Map<String, String> failed = new TreeMap<>();
  private final AtomicInteger connections = new AtomicInteger();

  private DnsServer(DnsConfig config, Names names, Supplier<Set<InetAddress>> addresses) {
    this.config = config;
    this.addresses = addresses;
    responder = new DnsResponder(names);
    loop =
        new MultiThreadIoEventLoopGroup(
            1, Thread.ofPlatform().name("dns").daemon().factory(), NioIoHandler.newFactory());
    upstream = new Upstream(loop);
  }

  /// Listens where it can and never throws for what it cannot: [#state] says what to do about it.
  ///
  /// @param addresses where to listen when the configuration names no address; asked again
  public static DnsServer start(
      DnsConfig config, Names names, Supplier<Set<InetAddress>> addresses) {
    var server = new DnsServer(config, names, addresses);
    if (config.port() >= 0) {
      server.refresh();
      server.again.scheduleWithFixedDelay(
          server::lookAgain, LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
    }
    return server;
  }

  private void lookAgain() {
    try {
      refresh();
    } catch (RuntimeException e) {
      // an exception here would end the looking
      LOG.error("dns: our addresses cannot be followed", e);
    }
  }

  /// Follows an edit of the networks at once.
  public synchronized void refresh() {
    if (config.port() < 0 || again.isShutdown()) {
      return;
    }
    var wanted = config.address().map(Set::of).orElseGet(addresses);
    for (var address : Set.copyOf(open.keySet())) {
      if (!wanted.contains(address)) {
        open.getOrDefault(address, List.of()).forEach(DnsServer::close);
        open.remove(address);
      }
    }
    failed.keySet().removeIf(known -> wanted.stream().noneMatch(a -> known.equals(text(a))));
    for (var address : wanted) {
      if (!open.containsKey(address)) {
        open(address);
      }
    }
  }

  private void open(InetAddress address) {
    try {
      open.put(address, both(address));
      failed.remove(text(address));
      LOG.info("dns listens on {} port {}", text(address), config.port());
    } catch (BindException e) {
      var line =
          BindFailure.explain(
              "port " + config.port() + "/udp+tcp on " + text(address),
              config.port(),
              "dns.port or dns.address",
              e);
      if (!line.equals(failed.put(text(address), line))) {
        LOG.warn("{}", line);
      }
    }
  }

  /// One port for UDP and TCP. Where the system chooses one for UDP, another program may hold its
  /// number for TCP: then another is chosen.
  private List<Channel> both(InetAddress address) throws BindException {
    for (int left = config.port() == 0 ? FREE_PORT_TRIES : 1; ; left--) {
      var udp =
          bound(
              new Bootstrap()
                  .group(loop)
                  .channel(NioDatagramChannel.class)
                  .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(QUESTION))
                  .handler(new Datagrams())
                  .bind(address, config.port()));
      try {
        var tcp =
            bound(
                new ServerBootstrap()
                    .group(loop)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new Streams())
                    .bind(address, ((InetSocketAddress) udp.localAddress()).getPort()));
        return List.of(udp, tcp);
      } catch (BindException e) {
        close(udp);
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  private static Channel bound(ChannelFuture binding) throws BindException {
    if (!binding.awaitUninterruptibly(OPEN_SECONDS, TimeUnit.SECONDS)) {
      throw new BindException("no result within " + OPEN_SECONDS + " s");
    }
    var cause = binding.cause();
    if (cause != null) {
      var failure = new BindException(String.valueOf(cause.getMessage()));
      failure.initCause(cause);
      throw failure;
    }
    return binding.channel();
  }

  static ChannelHandler frames() {
    return new LengthFieldBasedFrameDecoder(0xffff + 2, 0, 2, 0, 2);
  }

  static ChannelHandler lengths() {
    return new LengthFieldPrepender(2);
  }

  private void answer(byte[] packet, InetAddress client, boolean tcp, Consumer<byte[]> send) {
    switch (responder.answer(packet, client)) {
      case Outcome.Silence _ -> {}
      case Outcome.Malformed(var reply) -> send.accept(reply);
      case Outcome.Answered(var reply) -> send.accept(tcp ? reply.overTcp() : reply.overUdp());
      case Outcome.Ask(var servers, var otherwise) ->
          upstream.ask(
              servers,
              new Upstream.Asked(
                  packet,
                  otherwise.query.question().length,
                  tcp,
                  send,
                  () -> send.accept(otherwise.overUdp())));
    }
  }

  private final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      var client = packet.sender();
      answer(
          ByteBufUtil.getBytes(packet.content()),
          client.getAddress(),
          false,
          reply ->
              context.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(reply), client)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("dns: a datagram was not answered", cause);
    }
  }

  private final class Streams extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (connections.incrementAndGet() > CONNECTIONS) {
        connections.decrementAndGet();
        channel.close();
        return;
      }
      channel.closeFuture().addListener(_ -> connections.decrementAndGet());
      channel.pipeline().addLast(new ReadTimeoutHandler(IDLE_SECONDS));
      channel.pipeline().addLast(frames());
      channel.pipeline().addLast(lengths());
      channel.pipeline().addLast(new Stream());
    }
  }

  private final class Stream extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf packet) {
      var client = (InetSocketAddress) context.channel().remoteAddress();
      answer(
          ByteBufUtil.getBytes(packet),
          client.getAddress(),
          true,
          reply -> context.writeAndFlush(Unpooled.wrappedBuffer(reply)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // a client that says nothing, or no DNS
      context.close();
    }
  }

  private static String text(InetAddress address) {
    return address.getHostAddress();
  }

  /// Whether clients can ask us there: they always ask port 53.
  public synchronized boolean servesClientsAt(InetAddress address) {
    return config.port() == DnsConfig.DEFAULT.port() && open.containsKey(address);
  }

  public synchronized List<InetSocketAddress> bound() {
    return open.values().stream()
        .map(channels -> (InetSocketAddress) channels.getFirst().localAddress())
        .toList();
  }

  /// How it fares.
  public synchronized ServiceState state() {
    if (config.port() < 0) {
      return new ServiceState("dns", Status.OFF, "switched off");
    }
    if (!failed.isEmpty()) {
      return new ServiceState("dns", Status.FAILED, String.join("; ", failed.values()));
    }
    if (open.isEmpty()) {
      return new ServiceState("dns", Status.OFF, "we have no address in a managed subnet yet");
    }
    var where =
        bound().stream()
            .map(at -> "port " + at.getPort() + "/udp+tcp on " + text(at.getAddress()))
            .sorted()
            .toList();
    return new ServiceState("dns", Status.SERVING, String.join(", ", where));
  }

  private static void close(Channel channel) {
    channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  @Override
  public synchronized void close() {
    again.shutdownNow();
    open.values().forEach(channels -> channels.forEach(DnsServer::close));
    open.clear();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
