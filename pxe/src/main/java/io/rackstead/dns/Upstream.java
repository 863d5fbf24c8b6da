package io.rackstead.dns;

import io.netty.bootstrap.Bootstrap;
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
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Asks other servers, one after the other, each with a socket of its own: the port is the kernel's
/// random choice, the id ours (RFC 5452 §4.5), and the question is the client's own, letter by
/// letter. An answer to another question is not heard.
final class Upstream {
  private static final int SERVERS = 3;
  private static final int PATIENCE_MILLIS = 2000;
  private static final int AT_A_TIME = 500;

  private final EventLoopGroup loop;
  private final SecureRandom random = new SecureRandom();
  private final AtomicInteger open = new AtomicInteger();

  Upstream(EventLoopGroup loop) {
    this.loop = loop;
  }

  /// Who waits for what.
  ///
  /// @param question how long the question section of the packet is
  /// @param tcp a client that came by TCP was told that a datagram is too small
  /// @param otherwise when none had an answer
  record Asked(
      byte[] packet, int question, boolean tcp, Consumer<byte[]> then, Runnable otherwise) {
    private byte[] with(int id) {
      var copy = packet.clone();
      copy[0] = (byte) (id >> 8);
      copy[1] = (byte) id;
      return copy;
    }

    private boolean answeredBy(byte[] reply, int id) {
      return reply.length >= 12 + question
          && ((reply[0] & 255) << 8 | reply[1] & 255) == id
          && (reply[2] & 0x80) != 0
          && Arrays.equals(reply, 12, 12 + question, packet, 12, 12 + question);
    }
  }

  /// Exactly one of the two is called, within six seconds.
  void ask(List<InetSocketAddress> servers, Asked asked) {
    if (open.incrementAndGet() > AT_A_TIME) {
      open.decrementAndGet();
      asked.otherwise().run();
      return;
    }
    next(
        servers.stream().limit(SERVERS).toList(),
        new Asked(
            asked.packet(),
            asked.question(),
            asked.tcp(),
            reply -> {
              open.decrementAndGet();
              asked.then().accept(reply);
            },
            () -> {
              open.decrementAndGet();
              asked.otherwise().run();
            }));
  }

  private void next(List<InetSocketAddress> servers, Asked asked) {
    if (servers.isEmpty()) {
      asked.otherwise().run();
      return;
    }
    int id = random.nextInt(0x10000);
    var over = new AtomicBoolean();
    Runnable again =
        () -> {
          if (over.compareAndSet(false, true)) {
            next(servers.subList(1, servers.size()), asked);
          }
        };
    Consumer<byte[]> heard =
        reply -> {
          if (asked.answeredBy(reply, id) && over.compareAndSet(false, true)) {
            reply[0] = asked.packet()[0];
            reply[1] = asked.packet()[1];
            asked.then().accept(reply);
          }
        };
    var connected = connect(servers.getFirst(), asked.tcp(), heard);
    connected.addListener(_ -> {
      var channel = connected.channel();
      if (!connected.isSuccess()) {
        channel.close();
        again.run();
        return;
      }
      channel
          .eventLoop()
          .schedule(
              () -> {
                channel.close();
                again.run();
              },
              PATIENCE_MILLIS,
              TimeUnit.MILLISECONDS);
      channel.writeAndFlush(Unpooled.wrappedBuffer(asked.with(id)));
    });
  }

  private ChannelFuture connect(InetSocketAddress server, boolean tcp, Consumer<byte[]> heard) {
    var bootstrap = new Bootstrap().group(loop);
    if (tcp) {
      bootstrap
          .channel(NioSocketChannel.class)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MILLIS)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  channel.pipeline().addLast(DnsServer.frames());
                  channel.pipeline().addLast(DnsServer.lengths());
                  channel.pipeline().addLast(hearing(heard));
                }
              });
    } else {
      bootstrap
          .channel(NioDatagramChannel.class)
          .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(0xffff))
          .handler(new Datagrams(heard));
    }
    return bootstrap.connect(server);
  }

  private static ChannelHandler hearing(Consumer<byte[]> heard) {
    return new SimpleChannelInboundHandler<ByteBuf>() {
      @Override
      protected void channelRead0(ChannelHandlerContext context, ByteBuf reply) {
        heard.accept(ByteBufUtil.getBytes(reply));
      }

      @Override
      public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // the wait ends by its time
      }
    };
  }

  private static final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Consumer<byte[]> heard;

    private Datagrams(Consumer<byte[]> heard) {
      this.heard = heard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket reply) {
      heard.accept(ByteBufUtil.getBytes(reply.content()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close(); // nobody listens there: the wait ends by its time
    }
  }
}
