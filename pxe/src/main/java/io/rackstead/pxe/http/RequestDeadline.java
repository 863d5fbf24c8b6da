package io.rackstead.pxe.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A request has to be whole soon after its first octet: a client that sends one octet now and then
/// would hold its connection for ever (slowloris). Stands in front of the decoder. An answer takes
/// as long as it takes: while one leaves, nothing is read and nothing is counted.
final class RequestDeadline extends ChannelInboundHandlerAdapter {
  private final int seconds;
  private Optional<ScheduledFuture<?>> running = Optional.empty();

  RequestDeadline(int seconds) {
    this.seconds = seconds;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object octets) {
    if (running.isEmpty() && context.channel().config().isAutoRead()) {
      running =
          Optional.of(
              context.executor().schedule(() -> context.close(), seconds, TimeUnit.SECONDS));
    }
    context.fireChannelRead(octets);
  }

  /// The request is known, or the connection gone.
  void met() {
    running.ifPresent(timer -> timer.cancel(false));
    running = Optional.empty();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    met();
    super.channelInactive(context);
  }
}
