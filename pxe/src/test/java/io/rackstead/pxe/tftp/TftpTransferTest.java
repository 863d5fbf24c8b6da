package io.rackstead.pxe.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.net.MalformedPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TftpTransferTest {
  private final List<String> sent = new ArrayList<>();
  private long now;

  @Test
  void aFileOfWholeBlocksEndsWithAnEmptyOne() throws IOException {
    var transfer = transfer(1024, Map.of());
    transfer.start(now);
    transfer.ack(1, now);
    transfer.ack(2, now);
    transfer.ack(3, now);
    assertThat(sent).containsExactly("1:512", "2:512", "3:0");
    assertThat(transfer.outcome()).contains("sent 1024 bytes");
  }

  @Test
  void optionsAreAcknowledgedFirst() throws IOException {
    var transfer = transfer(100, Map.of("blksize", "1024"));
    transfer.start(now);
    assertThat(sent).containsExactly("options {blksize=1024}");
    transfer.ack(0, now);
    assertThat(sent).last().isEqualTo("1:100");
  }

  @Test
  void inLockstepASecondAcknowledgementIsNotAnswered() throws IOException {
    var transfer = transfer(2000, Map.of());
    transfer.start(now);
    transfer.ack(1, now);
    transfer.ack(1, now);
    transfer.ack(1, now + 1_000_000_000);
    assertThat(sent).containsExactly("1:512", "2:512");
  }

  @Test
  void anAcknowledgementFromTheFutureOrThePastIsIgnored() throws IOException {
    var transfer = transfer(5000, Map.of());
    transfer.start(now);
    transfer.ack(7, now);
    transfer.ack(65535, now);
    assertThat(sent).containsExactly("1:512");
  }

  @Test
  void aWindowIsSentAgainFromTheBlockThatWasLost() throws IOException {
    var transfer = transfer(10 * 512, Map.of("windowsize", "4"));
    transfer.start(now);
    transfer.ack(0, now);
    transfer.ack(2, now);
    assertThat(sent.subList(1, sent.size()))
        .containsExactly("1:512", "2:512", "3:512", "4:512", "3:512", "4:512", "5:512", "6:512");
  }

  @Test
  void blockNumbersWrapToZero() throws IOException {
    var transfer = transfer(70_000 * 8, Map.of("blksize", "8"));
    transfer.start(now);
    transfer.ack(0, now);
    for (int block = 1; block <= 70_000; block++) {
      transfer.ack(block & 0xffff, now);
    }
    assertThat(sent).contains("65535:8").last().isEqualTo("4465:0");
    transfer.ack(4465, now);
    assertThat(transfer.outcome()).contains("sent 560000 bytes");
  }

  @Test
  void aSilentClientIsAskedSixTimesMoreAndThenForgotten() throws IOException {
    var transfer = transfer(100, Map.of());
    transfer.start(now);
    for (int tenths = 0; tenths < 600; tenths++) {
      now += Duration.ofMillis(100).toNanos();
      transfer.tick(now);
    }
    assertThat(sent).hasSize(7);
    assertThat(transfer.outcome()).contains("the client fell silent after 0 of 1 blocks");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 3", "5, 5", "10, 10"})
  void aDeadClientIsForgottenWithinHalfAMinuteHoweverLongItWantsToBeWaitedFor(
      String asked, int seconds) throws IOException {
    var transfer = transfer(5000, Map.of("timeout", asked));
    transfer.start(now);
    transfer.ack(0, now);
    int before = sent.size();
    for (int tenths = 0; transfer.outcome().isEmpty(); tenths++) {
      assertThat(tenths).isLessThan(300);
      now += Duration.ofMillis(100).toNanos();
      transfer.tick(now);
    }
    assertThat(sent.size() - before).isEqualTo(Math.min(6, 29 / seconds));
  }

  @Test
  void blockNumbersWrapToOneForAClientThatAsksForIt() throws IOException {
    var transfer = transfer(70_000 * 8, Map.of("blksize", "8", "rollover", "1"));
    transfer.start(now);
    transfer.ack(0, now);
    for (int block = 1; block <= 70_000; block++) {
      transfer.ack((block - 1) % 65535 + 1, now);
    }
    assertThat(sent).contains("65535:8").doesNotContain("0:8").last().isEqualTo("4466:0");
    transfer.ack(4466, now);
    assertThat(transfer.outcome()).contains("sent 560000 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "1500, 1468, 1468",
    "1500, 9000, 1468",
    "1400, 1468, 1368",
    "9000, 1468, 1468",
    "9000, 8192, 8192",
    "9000, 65464, 8968",
    "65536, 65464, 65464",
    "576, 512, 512",
  })
  void aBlockIsNoLargerThanAFrame(int mtu, String asked, String granted) {
    var terms = TransferTerms.of(Map.of("blksize", asked), 1000, TransferTerms.blockFor(mtu));
    assertThat(terms.accepted()).containsEntry("blksize", granted);
  }

  @ParameterizedTest
  @CsvSource({
    "blksize,    1468,  1468",
    "blksize,    65464, 1468",
    "blksize,    7,     refused",
    "blksize,    -5,    refused",
    "blksize,    99999999999999999999, refused",
    "windowsize, 16,    16",
    "windowsize, 9999,  64",
    "windowsize, 0,     refused",
    "timeout,    3,     3",
    "timeout,    10,    10",
    "timeout,    60,    refused",
    "timeout,    256,   refused",
    "rollover,   1,     1",
    "rollover,   2,     refused",
    "tsize,      0,     1000",
    "multicast,  '',    refused",
  })
  void anOptionIsGrantedWithinItsBoundsOrLeftOut(String option, String asked, String granted) {
    var accepted = TransferTerms.of(Map.of(option, asked), 1000).accepted();
    assertThat(accepted.getOrDefault(option, "refused")).isEqualTo(granted);
  }

  private TftpTransfer transfer(int size, Map<String, String> options) throws IOException {
    var content = TftpContent.open(new BootFile.InMemory(new byte[size]), false);
    return new TftpTransfer(content, TransferTerms.of(options, size), this::note);
  }

  private void note(ByteBuffer packet) {
    switch (TftpPacket.decode(packet)) {
      case TftpPacket.Data(var block, var payload) -> sent.add(block + ":" + payload.remaining());
      case TftpPacket.OptionAck(var options) -> sent.add("options " + options);
      default -> throw new MalformedPacket("unexpected", 0);
    }
  }

  @Test
  void netasciiTurnsLineEnds() throws IOException {
    var file =
        new BootFile.InMemory("a\nb\rc".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    try (var content = TftpContent.open(file, true)) {
      var text = ByteBuffer.allocate((int) content.sizeBytes());
      content.read(text, 0);
      assertThat(new String(text.array(), java.nio.charset.StandardCharsets.US_ASCII))
          .isEqualTo("a\r\nb\r\0c");
    }
  }
}
