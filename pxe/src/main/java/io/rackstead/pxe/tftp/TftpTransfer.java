package io.rackstead.pxe.tftp;

import io.rackstead.pxe.net.PrintableText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// One file on its way to one client. Told of packets and of the time, it answers through the wire
/// it was given; it knows no socket and no clock.
///
/// Blocks are counted from 1 without end here; on the wire 0 follows 65535, as nearly every client
/// has it, or 1 where one asks for that. Block 0 stands for the acknowledgement of options.
final class TftpTransfer {
  private static final int MAX_TRIES = 6;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
  private static final long SILENCE_NANOS = 29_000_000_000L;
  private static final long RESEND_AFTER_NANOS = 20_000_000;

  private final TftpContent content;
  private final TransferTerms terms;
  private final Consumer<ByteBuffer> wire;
  private final long last;
  private long acked;
  private long sent;
  private long sentAt;
  private long deadline;
  private long heardAt;
  private int tries;
  private Optional<String> outcome = Optional.empty();

  TftpTransfer(TftpContent content, TransferTerms terms, Consumer<ByteBuffer> wire) {
    this.content = content;
    this.terms = terms;
    this.wire = wire;
    this.last = content.sizeBytes() / terms.blockSize() + 1;
    this.acked = terms.accepted().isEmpty() ? 0 : -1;
  }

  /// Sends the first packet or window, again when the request comes again.
  synchronized void start(long now) {
    tries = 0;
    heardAt = now;
    send(now);
  }

  synchronized boolean begun() {
    return acked > 0;
  }

  synchronized void ack(int block, long now) {
    // the wire has 16 bits of the number; what is not between the last acknowledged and the last
    // sent is an old one that lost its way
    int step = step(block);
    if (outcome.isPresent() || acked + step > sent) {
      return;
    }
    if (step == 0) {
      // in lockstep a second acknowledgement must not be answered, or all that follows is sent
      // twice (RFC 1123 §4.2.3.1); in a window it says that the window's first block was lost
      if (terms.windowSize() > 1 && now - sentAt > RESEND_AFTER_NANOS) {
        send(now);
      }
      return;
    }
    acked += step;
    tries = 0;
    heardAt = now;
    if (acked == last) {
      end("sent " + content.sizeBytes() + " bytes");
    } else {
      send(now);
    }
  }

  /// The client gave up. PXE ROMs do so on purpose after the size: they ask again for the file.
  synchronized void error(TftpPacket.Error error) {
    end(
        begun()
            ? "broken off by the client: " + PrintableText.of(error.message())
            : "told its size, " + content.sizeBytes() + " bytes");
  }

  synchronized void tick(long now) {
    if (outcome.isPresent() || now - deadline < 0) {
      return;
    }
    if (++tries > MAX_TRIES || now - heardAt > SILENCE_NANOS) {
      end("the client fell silent after " + Math.max(0, acked) + " of " + last + " blocks");
    } else {
      send(now);
    }
  }

  synchronized void abandon(String why) {
    end(why);
  }

  /// How it ended; empty while it runs.
  synchronized Optional<String> outcome() {
    return outcome;
  }

  private void send(long now) {
    sentAt = now;
    deadline = now + Math.min(patience().toNanos(), heardAt + SILENCE_NANOS + 1 - now);
    if (acked < 0) {
      sent = 0;
      wire.accept(new TftpPacket.OptionAck(terms.accepted()).encode());
      return;
    }
    long until = Math.min(acked + terms.windowSize(), last);
    try {
      for (long block = acked + 1; block <= until; block++) {
        wire.accept(data(block));
      }
      sent = until;
    } catch (IOException e) {
      wire.accept(new TftpPacket.Error(TftpPacket.Error.UNDEFINED, "read error").encode());
      end("cannot be read: " + e.getMessage());
    }
  }

  /// How far ahead of the last acknowledged block this number is.
  private int step(int block) {
    if (terms.rollover() == 0 || acked < 0) {
      return (block - (int) acked) & 0xffff;
    }
    for (long ahead = acked; ahead <= sent; ahead++) {
      if (number(ahead) == block) {
        return (int) (ahead - acked);
      }
    }
    return 0xffff;
  }

  private int number(long block) {
    return terms.rollover() == 0 || block == 0
        ? (int) (block & 0xffff)
        : (int) ((block - 1) % 0xffff) + 1;
  }

  private ByteBuffer data(long block) throws IOException {
    long at = (block - 1) * terms.blockSize();
    int size = (int) Math.min(terms.blockSize(), content.sizeBytes() - at);
    var packet = ByteBuffer.allocate(4 + size).putShort((short) 3).putShort((short) number(block));
    content.read(packet, at);
    return packet.flip();
  }

  private Duration patience() {
    if (terms.patient()) {
      return terms.timeout();
    }
    var doubled = terms.timeout().multipliedBy(1L << tries);
    return doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
  }

  private void end(String how) {
    if (outcome.isEmpty()) {
      outcome = Optional.of(how);
      try {
        content.close();
      } catch (IOException e) {
        outcome = Optional.of(how + "; closing: " + e.getMessage());
      }
    }
  }
}
