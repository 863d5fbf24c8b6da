package io.rackstead.pxe.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// Boot files and scripts over HTTP/1.1, for firmware, loaders and the ephemeral system. Files on
/// disk are sent by the kernel (sendfile) and cost no memory, however slow the client is.
public final class BootHttpServer implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int MAX_LINE = 4096;
  private static final int MAX_HEADERS = 8192;
  private static final int IDLE_SECONDS = 30;
  private static final int OPEN_SECONDS = 10;

  private final EventLoopGroup loops;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listening;

  private BootHttpServer(BootPages pages, Limits limits, InetAddress address, int port)
      throws BindException {
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            THREADS, Thread.ofPlatform().name("boot-http-", 0).daemon().factory(), io);
    try {
      this.listening = bind(new Pipeline(pages, limits), new InetSocketAddress(address, port));
    } catch (BindException e) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
  }

  /// What one client, and all of them together, may take.
  ///
  /// @param requestSeconds for a request to arrive, from its first octet
  record Limits(int ofOneClient, int connections, int requestSeconds) {
    static final Limits USUAL = new Limits(512, 16_384, 10);
  }

  /// Serves until closed. Port 0 lets the system choose one.
  public static BootHttpServer start(BootPages pages, InetAddress address, int port)
      throws BindException {
    return start(pages, Limits.USUAL, address, port);
  }

  static BootHttpServer start(BootPages pages, Limits limits, InetAddress address, int port)
      throws BindException {
    return new BootHttpServer(pages, limits, address, port);
  }

  private Channel bind(Pipeline pipeline, InetSocketAddress address) throws BindException {
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32768, 65536))
            .childHandler(pipeline)
            .bind(address);
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

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    private final BootPages pages;
    private final FairShare share;
    private final int requestSeconds;

    Pipeline(BootPages pages, Limits limits) {
      this.pages = pages;
      this.share = new FairShare(limits.ofOneClient(), limits.connections());
      this.requestSeconds = limits.requestSeconds();
    }

    @Override
    protected void initChannel(SocketChannel connection) {
      connections.add(connection);
      connection
          .pipeline()
          .addLast(share)
          // progress of a long download counts as activity, a client that takes nothing does not
          .addLast(new IdleStateHandler(true, 0, 0, IDLE_SECONDS, TimeUnit.SECONDS));
      reading(connection.pipeline(), pages, requestSeconds);
    }
  }

  /// From octets to pages, on one connection.
  static void reading(ChannelPipeline pipeline, BootPages pages, int requestSeconds) {
    var deadline = new RequestDeadline(requestSeconds);
    pipeline
        .addLast(deadline)
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_LINE)
                    .setMaxHeaderSize(MAX_HEADERS)))
        .addLast(new HttpServerKeepAliveHandler())
        // requests that were sent without waiting are read one by one: each may open a file
        .addLast(new FlowControlHandler())
        .addLast(new BootHttpHandler(pages, deadline));
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  @Override
  public void close() {
    listening.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
