package io.rackstead.bmc.ipmi;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// One BMC's share of the socket: sends a question, waits for its answer, sends it again. The
/// thread that asks does the waiting, so one conversation reads from top to bottom.
final class Line implements AutoCloseable {
  private static final int ROOM = 32;

  private final IpmiSocket socket;
  private final InetSocketAddress remote;
  private final int consoleSession;
  private final BlockingQueue<IpmiPacket> inbox = new ArrayBlockingQueue<>(ROOM);
  private volatile Predicate<IpmiPacket> aside = _ -> false;
  private volatile String trouble = "";
  private int resent;

  Line(IpmiSocket socket, InetSocketAddress remote, int consoleSession) {
    this.socket = socket;
    this.remote = remote;
    this.consoleSession = consoleSession;
  }

  InetSocketAddress remote() {
    return remote;
  }

  int consoleSession() {
    return consoleSession;
  }

  /// The sequence number of the messages before the session, six bits.
  int sequence() {
    return consoleSession & 0x3f;
  }

  /// The tag of a set-up message: the same six bits, and the step, so that a late answer to one
  /// step is never read as one to another.
  int tag(int step) {
    return sequence() << 2 | step;
  }

  static int sequenceOf(int tag) {
    return tag >> 2;
  }

  /// How often a question had to be sent again, all told.
  int resent() {
    return resent;
  }

  /// Why sending failed, empty when it did not: ` (network is unreachable)`.
  String trouble() {
    return trouble;
  }

  /// Packets that are no answers, and go to whoever takes them, on the socket's thread.
  void aside(Predicate<IpmiPacket> taker) {
    aside = taker;
  }

  void arrived(IpmiPacket packet) {
    if (aside.test(packet)) {
      return;
    }
    // a full inbox drops, as a full socket buffer would: the question is asked again
    boolean _ = inbox.offer(packet);
  }

  void notSent(String reason) {
    trouble = " (" + reason + ")";
  }

  void send(byte[] datagram) {
    socket.send(this, datagram);
  }

  /// Empty when the last wait ended without an answer. What is no answer to this question, a late
  /// one to an earlier question above all, is dropped.
  ///
  /// @param question called for each sending, since in a session each has a number of its own
  <T> Optional<T> ask(
      Supplier<byte[]> question,
      Function<IpmiPacket, Optional<T>> answer,
      int tries,
      IntFunction<Duration> waits)
      throws InterruptedException {
    for (int sending = 0; sending < tries && !socket.closed(); sending++) {
      if (sending > 0) {
        resent++;
      }
      send(question.get());
      long end = System.nanoTime() + waits.apply(sending).toNanos();
      for (var packet = next(end); packet.isPresent(); packet = next(end)) {
        try {
          var found = answer.apply(packet.get());
          if (found.isPresent()) {
            return found;
          }
        } catch (MalformedPacket e) {
          // forged, damaged or of another time: the good one may still come
          continue;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<IpmiPacket> next(long end) throws InterruptedException {
    return Optional.ofNullable(inbox.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    socket.forget(this);
  }
}
