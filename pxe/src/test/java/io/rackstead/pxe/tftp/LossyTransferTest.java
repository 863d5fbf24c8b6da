package io.rackstead.pxe.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A transfer and a client with a wire in between that loses, doubles and delays, all from a seed,
/// in a time that passes when nothing else happens.
class LossyTransferTest {
  private static final long MILLI = 1_000_000;

  private final ArrayDeque<Flying> toClient = new ArrayDeque<>();
  private final ArrayDeque<Flying> toServer = new ArrayDeque<>();
  private long now;
  private int sent;

  private record Flying(ByteBuffer packet, long arrives) {}

  @ParameterizedTest
  @CsvSource({
    // loss in percent, doubled in percent, window, block, bytes
    "0,  0,  1,  512,  100000",
    "0,  0,  16, 1468, 3000000",
    "0,  50, 1,  512,  100000",
    "1,  1,  1,  1468, 300000",
    "5,  5,  1,  1468, 300000",
    "20, 0,  1,  512,  100000",
    "1,  0,  16, 1468, 1000000",
    "5,  5,  16, 1468, 1000000",
    "20, 10, 4,  1024, 300000",
    "20, 10, 16, 1468, 300000",
    "20, 0,  64, 1468, 300000",
  })
  void everyFileArrivesWholeWhateverTheWireLoses(
      int loss, int doubled, int window, int block, int size) throws IOException {
    for (int seed = 0; seed < 5; seed++) {
      var random = new Random(7440 + seed);
      var file = new byte[size];
      random.nextBytes(file);
      now = 0;
      sent = 0;
      var outcome =
          run(
              file,
              Map.of("blksize", String.valueOf(block), "windowsize", String.valueOf(window)),
              random,
              loss,
              doubled);
      assertThat(outcome.received()).isEqualTo(file);
      if (loss == 0) {
        // an acknowledgement that comes twice makes nothing go out twice
        assertThat(sent).isEqualTo(size / block + 2);
      }
      assertThat(now).isLessThan((10 + 600L * loss) * 1000 * MILLI);
    }
  }

  @Test
  void aNumberThatRollsOverToOneIsFoundInAWindow() throws IOException {
    var file = new byte[70_000 * 8 + 3];
    new Random(1).nextBytes(file);
    var options = Map.of("blksize", "8", "windowsize", "16", "rollover", "1");
    assertThat(run(file, options, new Random(2), 2, 2).received()).isEqualTo(file);
  }

  private record Outcome(byte[] received) {}

  private Outcome run(
      byte[] file, Map<String, String> options, Random random, int loss, int doubled)
      throws IOException {
    var terms = TransferTerms.of(options, file.length);
    var content = TftpContent.open(new BootFile.InMemory(file), false);
    var transfer =
        new TftpTransfer(
            content,
            terms,
            packet -> {
              sent++;
              fly(toClient, packet, random, loss, doubled);
            });
    var client = new Client(terms, random, loss, doubled);
    transfer.start(now);
    // the last acknowledgement may be lost: the client is content, the server asks on in vain
    while (!client.done || transfer.outcome().isEmpty() && now - client.doneAt < 2000 * MILLI) {
      now += MILLI;
      arrived(toClient).ifPresent(packet -> client.heard(packet));
      arrived(toServer)
          .ifPresent(packet -> {
            if (TftpPacket.decode(packet) instanceof TftpPacket.Ack(var block)) {
              transfer.ack(block, now);
            }
          });
      transfer.tick(now);
      client.tick();
      assertThat(client.done || transfer.outcome().isEmpty())
          .withFailMessage(() -> "given up: " + transfer.outcome())
          .isTrue();
    }
    toClient.clear();
    toServer.clear();
    return new Outcome(client.file.toByteArray());
  }

  private Optional<ByteBuffer> arrived(ArrayDeque<Flying> wire) {
    var first = wire.peek();
    if (first == null || first.arrives() > now) {
      return Optional.empty();
    }
    wire.remove();
    return Optional.of(first.packet().duplicate());
  }

  private void fly(
      ArrayDeque<Flying> wire, ByteBuffer packet, Random random, int loss, int doubled) {
    if (random.nextInt(100) >= loss) {
      wire.add(new Flying(packet, now + MILLI));
      if (random.nextInt(100) < doubled) {
        wire.add(new Flying(packet, now + MILLI));
      }
    }
  }

  /// RFC 7440 §4: acknowledges a window, or at once what came last in order.
  private final class Client {
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final TransferTerms terms;
    private final Random random;
    private final int loss;
    private final int doubled;
    private long expected = 1;
    private int inWindow;
    private boolean gapTold;
    private boolean done;
    private long doneAt;
    private long lastSent;

    Client(TransferTerms terms, Random random, int loss, int doubled) {
      this.terms = terms;
      this.random = random;
      this.loss = loss;
      this.doubled = doubled;
    }

    void heard(ByteBuffer packet) {
      switch (TftpPacket.decode(packet)) {
        case TftpPacket.OptionAck _ -> {
          if (expected == 1) {
            ack();
          }
        }
        case TftpPacket.Data(var block, var payload) -> data(block, payload);
        default -> throw new IllegalStateException("nothing else is sent");
      }
    }

    private void data(int block, ByteBuffer payload) {
      if (block != number(expected)) {
        inWindow = 0;
        if (!gapTold || done) {
          gapTold = true;
          ack();
        }
        return;
      }
      if (done) {
        return;
      }
      gapTold = false;
      var octets = new byte[payload.remaining()];
      payload.get(octets);
      file.writeBytes(octets);
      expected++;
      done = octets.length < terms.blockSize();
      doneAt = now;
      if (done || ++inWindow == terms.windowSize()) {
        inWindow = 0;
        ack();
      }
    }

    private int number(long block) {
      return terms.rollover() == 0 || block == 0
          ? (int) (block & 0xffff)
          : (int) ((block - 1) % 65535) + 1;
    }

    private void ack() {
      lastSent = now;
      fly(toServer, new TftpPacket.Ack(number(expected - 1)).encode(), random, loss, doubled);
    }

    void tick() {
      if (!done && now - lastSent > 1500 * MILLI) {
        gapTold = false;
        inWindow = 0;
        ack();
      }
    }
  }
}
