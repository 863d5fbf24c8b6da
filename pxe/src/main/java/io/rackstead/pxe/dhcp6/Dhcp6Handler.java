package io.rackstead.pxe.dhcp6;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Tally;
import io.rackstead.pxe.Tally.Dropped;
import io.rackstead.pxe.lease.Leases6;
import io.rackstead.pxe.net.MalformedPacket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One DHCPv6 socket: answers the datagrams that wait, and lets their answers go when the disk has
/// what they promise. All that were drained at once share one write.
final class Dhcp6Handler extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(Dhcp6Handler.class);

  private static final String SERVICE = "dhcp6";

  private final Optional<String> networkInterface;
  private final Dhcp6Responder responder;
  private final Leases6 leases;
  private final BootJournal journal;
  private final Tally tally;
  private final List<Waiting> batch = new ArrayList<>();

  private record Waiting(Answer6 answer, InetSocketAddress to) {}

  Dhcp6Handler(
      Optional<String> networkInterface,
      Dhcp6Responder responder,
      Leases6 leases,
      BootJournal journal,
      Tally tally) {
    this.networkInterface = networkInterface;
    this.responder = responder;
    this.leases = leases;
    this.journal = journal;
    this.tally = tally;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    InetSocketAddress sender = packet.sender();
    try {
      if (sender.getAddress() instanceof Inet6Address source) {
        var asked = Question6.of(Dhcp6Packet.decode(packet.content().nioBuffer()), source);
        var answer = responder.answer(asked, new Arrival6(networkInterface, source));
        batch.add(new Waiting(answer, sender));
      }
    } catch (MalformedPacket e) {
      LOG.debug("dhcp6 from {}: {}", sender, e.getMessage());
      tally.dropped(SERVICE, Dropped.MALFORMED);
      journal.trace(
          new Trace(
              "dhcp6",
              Optional.empty(),
              Optional.of(sender.getAddress()),
              "malformed: " + e.getMessage(),
              ""));
    } catch (RuntimeException e) {
      // whatever is wrong with this client's answer, the others are still to be answered
      LOG.error("dhcp6 from {}: no answer", sender, e);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    boolean written = leases.commit();
    for (var one : batch) {
      boolean promised = one.answer().needsDisk() && !written;
      if (!promised) {
        one.answer()
            .reply()
            .ifPresent(reply ->
                context.write(
                    new DatagramPacket(Unpooled.wrappedBuffer(reply.encode()), one.to())));
      }
    }
    context.flush();
    for (var one : batch) {
      tell(one.answer(), written);
    }
    batch.clear();
  }

  private void tell(Answer6 answer, boolean written) {
    if (answer.needsDisk() && !written) {
      tally.dropped(SERVICE, Dropped.NOT_DURABLE);
    } else if (answer.reply().isPresent()) {
      tally.answered(SERVICE);
    } else {
      answer.dropped().ifPresent(why -> tally.dropped(SERVICE, why));
    }
    if (written || !answer.needsDisk()) {
      answer.trace().ifPresent(journal::trace);
      journal.effects(answer.effects());
      return;
    }
    answer
        .trace()
        .ifPresent(trace ->
            journal.trace(
                new Trace(
                    trace.source(),
                    trace.mac(),
                    trace.client(),
                    trace.text() + ", not sent: the disk does not take the lease, make room on it",
                    trace.rule())));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // an ICMP error for a reply shows here on the next read; the socket lives on
    LOG.debug("dhcp6 socket: {}", cause.toString());
  }
}
