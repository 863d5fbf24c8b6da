package io.rackstead.bmc.ipmi;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SolFlowTest {
  private final SolFlow flow = new SolFlow(100);

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static String hex(SolPacket packet) {
    return HexFormat.of().formatHex(packet.encode());
  }

  private static SolPacket packet(String hex) {
    return SolPacket.decode(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private String shown(String hex) {
    return new String(flow.arrived(packet(hex)).output(), US_ASCII);
  }

  @Test
  void aPacketWaitsForTheAnswerToTheOneBefore() {
    flow.room(2);
    assertThat(flow.typed(ascii("abc"))).isTrue();
    assertThat(flow.next().map(SolFlowTest::hex)).contains("01000000" + "6162");
    assertThat(flow.next()).isEmpty();
    flow.arrived(packet("00 01 02 00"));
    assertThat(flow.next().map(SolFlowTest::hex)).contains("02000000" + "63");
  }

  @Test
  void anAnswerToAnotherPacketIsNoAnswer() {
    flow.room(8);
    flow.typed(ascii("a"));
    flow.next();
    flow.arrived(packet("00 07 01 00"));
    assertThat(flow.underWay()).isPresent();
  }

  @Test
  void numbersGoFrom15To1() {
    flow.room(1);
    flow.typed(ascii("0123456789abcdef"));
    for (int number = 1; number <= 15; number++) {
      assertThat(flow.next().map(SolPacket::sequence)).contains(number);
      flow.arrived(new SolPacket(0, number, 1, 0, new byte[0]));
    }
    assertThat(flow.next().map(SolFlowTest::hex)).contains("01000000" + "66");
  }

  @Test
  void whatWasNotTakenGoesFirst() {
    flow.room(4);
    flow.typed(ascii("abcdef"));
    flow.next();
    flow.arrived(packet("00 01 01 00"));
    assertThat(flow.next().map(SolFlowTest::hex)).contains("02000000" + "626364");
  }

  @Test
  void aBmcWithoutRoomIsLeftAloneUntilItIsAskedAgain() {
    flow.room(4);
    flow.typed(ascii("ab"));
    flow.next();
    flow.arrived(packet("00 01 00 60"));
    assertThat(flow.paused()).isTrue();
    assertThat(flow.next()).isEmpty();
    flow.goOn();
    assertThat(flow.next().map(SolFlowTest::hex)).contains("02000000" + "6162");
  }

  @Test
  void aBreakTravelsAlone() {
    flow.room(4);
    flow.lineBreak();
    flow.typed(ascii("b"));
    assertThat(flow.next().map(SolFlowTest::hex)).contains("01000010");
    flow.arrived(packet("00 01 00 00"));
    assertThat(flow.next().map(SolFlowTest::hex)).contains("02000000" + "62");
  }

  @Test
  void outputIsAnsweredWithWhatWasTaken() {
    var heard = flow.arrived(packet("05 00 00 00 6c6f67696e"));
    assertThat(new String(heard.output(), US_ASCII)).isEqualTo("login");
    assertThat(heard.answer().map(SolFlowTest::hex)).contains("00050500");
  }

  @Test
  void aPacketThatComesAgainIsReadOnceAndWhatItGrewByIsRead() {
    assertThat(shown("01 00 00 00 6162")).isEqualTo("ab");
    assertThat(shown("01 00 00 00 6162")).isEmpty();
    assertThat(shown("01 00 00 00 616263")).isEqualTo("c");
    assertThat(shown("02 00 00 00 64")).isEqualTo("d");
    assertThat(shown("01 00 00 00 616263")).isEmpty();
    assertThat(shown("03 00 00 00 65")).isEqualTo("e");
  }

  @Test
  void theFirstMayHaveAnyNumber() {
    assertThat(shown("0f 00 00 00 61")).isEqualTo("a");
    assertThat(shown("01 00 00 00 62")).isEqualTo("b");
    assertThat(shown("0f 00 00 00 61")).isEmpty();
  }

  @Test
  void anAnswerWithOutputIsBoth() {
    flow.room(4);
    flow.typed(ascii("a"));
    flow.next();
    var heard = flow.arrived(packet("01 01 01 00 61"));
    assertThat(heard.output()).isEqualTo(ascii("a"));
    assertThat(flow.underWay()).isEmpty();
  }

  @Test
  void theBmcMayEndIt() {
    assertThat(flow.arrived(packet("00 00 00 10")).ended()).isTrue();
  }

  @Test
  void noMoreWaitsThanThereIsRoomFor() {
    assertThat(flow.typed(new byte[100])).isTrue();
    assertThat(flow.typed(new byte[1])).isFalse();
  }

  @Test
  void lessThanAHeaderIsMalformed() {
    assertThatThrownBy(() -> packet("01 00 00")).isInstanceOf(MalformedPacket.class);
  }
}
