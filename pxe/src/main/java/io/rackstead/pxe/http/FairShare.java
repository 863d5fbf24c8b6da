package io.rackstead.pxe.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// No client has so many connections open that others find none. What is over the limit is closed
/// before a request is read.
@Sharable
final class FairShare extends ChannelInboundHandlerAdapter {
  private final int perClient;
  private final int inAll;
  private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();
  private final AtomicInteger all = new AtomicInteger();

  FairShare(int perClient, int inAll) {
    this.perClient = perClient;
    this.inAll = inAll;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    int total = all.incrementAndGet();
    int ofClient = open.merge(client(context), 1, Integer::sum);
    if (total > inAll || ofClient > perClient) {
      context.close();
      return;
    }
    super.channelActive(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    all.decrementAndGet();
    open.merge(client(context), -1, Integer::sum);
    open.remove(client(context), 0);
    super.channelInactive(context);
  }

  private static InetAddress client(ChannelHandlerContext context) {
    return ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
  }
}
