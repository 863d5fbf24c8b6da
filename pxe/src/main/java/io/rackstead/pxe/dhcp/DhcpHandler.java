package io.rackstead.pxe.dhcp;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Tally;
import io.rackstead.pxe.Tally.Dropped;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.net.MalformedPacket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One DHCP socket: drains the datagrams that wait, answers them, and lets go what was promised
/// when the disk has it.
final class DhcpHandler extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger LOG = LoggerFactory.getLogger(DhcpHandler.class);

  // as many squatters in a row, then the client has to ask again itself
  private static final int MOST_TRIES = 4;
  private static final int MOST_AT_ONCE = 64;

  private final Optional<String> networkInterface;
  private final boolean proxyPort;
  private final DhcpResponder responder;
  private final Optional<Leases> leases;
  private final BootJournal journal;
  private final Unicast unicast;
  private final Optional<Conflicts> conflicts;
  private final Optional<Committer> committer;
  private final Tally tally;
  private final Recorder recorder;
  private final Backlog backlog;
  private final List<Answer> batch = new ArrayList<>();
  private long failuresBefore;
  private final Set<Datagram> heard = new HashSet<>();

  /// A message and its sender, to know the same one again that two switches or a loop delivered.
  private record Datagram(InetSocketAddress sender, ByteBuffer octets) {
    static Datagram of(DatagramPacket packet) {
      var octets = new byte[packet.content().readableBytes()];
      packet.content().getBytes(packet.content().readerIndex(), octets);
      return new Datagram(packet.sender(), ByteBuffer.wrap(octets));
    }
  }

  DhcpHandler(
      Optional<String> networkInterface,
      boolean proxyPort,
      DhcpResponder responder,
      Optional<Leases> leases,
      BootJournal journal,
      Unicast unicast,
      Optional<Conflicts> conflicts,
      Optional<Committer> committer,
      Watch watch) {
    this.networkInterface = networkInterface;
    this.proxyPort = proxyPort;
    this.responder = responder;
    this.leases = leases;
    this.journal = journal;
    this.unicast = unicast;
    this.conflicts = conflicts;
    this.committer = committer;
    this.tally = watch.tally();
    this.recorder = watch.recorder();
    this.backlog = new Backlog(System::nanoTime, tally);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    InetSocketAddress sender = packet.sender();
    if (!heard.add(Datagram.of(packet))) {
      tally.dropped(service(), Dropped.DUPLICATE); // answered once is answered
      return;
    }
    try {
      var asked = DhcpMessage.decode(packet.content().nioBuffer());
      if (sender.getAddress() instanceof Inet4Address source) {
        var arrival = new Arrival(networkInterface, proxyPort, source, sender.getPort());
        backlog.add(asked, arrival, responder.known(asked));
      }
    } catch (MalformedPacket e) {
      LOG.debug("dhcp from {}: {}", sender, e.getMessage());
      batch.add(malformed(sender.getAddress(), e).because(Dropped.MALFORMED));
    }
  }

  private static int port(ChannelHandlerContext context) {
    return ((InetSocketAddress) context.channel().localAddress()).getPort();
  }

  private String service() {
    return proxyPort ? "proxydhcp" : "dhcp";
  }

  /// Answers as many as one write to the disk may be shared by, then lets the socket be read.
  private void work(ChannelHandlerContext context) {
    for (int i = 0; i < MOST_AT_ONCE; i++) {
      var next = backlog.next();
      if (next.isEmpty()) {
        return;
      }
      try {
        recorder.asked(next.get().asked(), next.get().arrival(), port(context));
        answer(context, next.get().asked(), next.get().arrival(), MOST_TRIES);
      } catch (MalformedPacket e) {
        var sender = next.get().arrival().source();
        LOG.debug("dhcp from {}: {}", sender, e.getMessage());
        batch.add(malformed(sender, e).because(Dropped.MALFORMED));
      } catch (RuntimeException e) {
        // whatever is wrong with this client's answer, the others are still to be answered
        LOG.error("dhcp from {}: no answer", next.get().asked().chaddr(), e);
      }
    }
    context.executor().execute(() -> channelReadComplete(context));
  }

  /// An offer of an address that somebody may sit on waits until that one could have said so; then
  /// the question is asked anew, and gets another address if it has.
  private void answer(
      ChannelHandlerContext context, DhcpMessage asked, Arrival arrival, int tries) {
    if (batch.isEmpty()) {
      failuresBefore = failures();
    }
    var answer = responder.answer(asked, arrival);
    var unproven = answer.unproven();
    boolean waits =
        unproven.isPresent()
            && conflicts
                .filter(watch -> watch.mustWait(networkInterface, unproven.get()))
                .isPresent();
    if (!waits || tries == 0) {
      if (!waits) {
        answer.reply().ifPresent(reply -> recorder.told(asked, reply, port(context)));
      }
      batch.add(waits ? Answer.none() : answer);
      return;
    }
    context
        .executor()
        .schedule(
            () -> {
              try {
                answer(context, asked, arrival, tries - 1);
                sendAll(context);
              } catch (RuntimeException e) {
                LOG.error("dhcp from {}: no answer", asked.chaddr(), e);
              }
            },
            Conflicts.WAIT_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private Answer malformed(InetAddress sender, MalformedPacket e) {
    var trace =
        new Trace(
            service(), Optional.empty(), Optional.of(sender), "malformed: " + e.getMessage(), "");
    return new Answer(Optional.empty(), Optional.of(trace), List.of(), false);
  }

  /// What promises nothing new leaves at once; the rest when the disk has it. Meanwhile others are
  /// answered, and what they are promised shares the next write.
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    heard.clear();
    work(context);
    sendAll(context);
  }

  private void sendAll(ChannelHandlerContext context) {
    boolean unwritten = leases.filter(Leases::unwritten).isPresent();
    long before = failuresBefore;
    var later = new ArrayList<Answer>();
    var now = new ArrayList<Answer>();
    for (var answer : batch) {
      (unwritten && answer.acknowledges() ? later : now).add(answer);
    }
    batch.clear();
    send(context, now, failures() == before);
    if (unwritten) {
      committer
          .orElseThrow()
          .whenWritten(written ->
              context
                  .executor()
                  .execute(() -> send(context, later, written && failures() == before)));
    }
  }

  private long failures() {
    return leases.map(Leases::failures).orElse(0L);
  }

  private void send(ChannelHandlerContext context, List<Answer> answers, boolean written) {
    if (answers.isEmpty()) {
      return;
    }
    for (var answer : answers) {
      if (written || !answer.needsDisk()) {
        answer.reply().ifPresent(reply -> write(context, reply));
      }
    }
    context.flush();
    answers.forEach(answer -> tell(answer, written));
  }

  private void write(ChannelHandlerContext context, Answer.Reply reply) {
    try {
      if (unicast.send(reply, networkInterface, port(context))) {
        return;
      }
      var to = new InetSocketAddress(reply.to(), reply.port());
      var packet = new DatagramPacket(Unpooled.wrappedBuffer(reply.octets()), to);
      context
          .write(packet)
          .addListener(done -> {
            if (!done.isSuccess()) {
              LOG.warn("dhcp to {}: not sent: {}", to, String.valueOf(done.cause()));
            }
          });
    } catch (IllegalArgumentException e) {
      LOG.error("dhcp to {}: not sent: {}", reply.message().chaddr(), e.getMessage());
    }
  }

  private void tell(Answer answer, boolean durable) {
    count(answer, durable);
    if (durable || !answer.needsDisk()) {
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

  private void count(Answer answer, boolean durable) {
    if (answer.needsDisk() && !durable) {
      tally.dropped(service(), Dropped.NOT_DURABLE);
    } else if (answer.reply().isPresent()) {
      tally.answered(service());
    } else {
      answer.dropped().ifPresent(why -> tally.dropped(service(), why));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // an ICMP error for a reply shows here on the next read; the socket lives on
    LOG.debug("dhcp socket: {}", cause.toString());
  }
}
