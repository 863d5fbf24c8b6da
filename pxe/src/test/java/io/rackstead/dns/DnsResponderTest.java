package io.rackstead.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.dns.DnsResponder.Outcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsResponderTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final InetAddress CLIENT = InetAddress.ofLiteral("10.9.0.77");

  /// `dig +noedns node-1.MaaS`, as it came over the wire.
  private static final String GOLDEN =
      "1234" + "0100" + "0001000000000000" + "066e6f64652d31044d61615300" + "00010001";

  private final DnsResponder responder =
      new DnsResponder(
          new Names() {
            @Override
            public Zones zones() {
              return DnsServerTest.zones();
            }

            @Override
            public boolean mayForward(InetAddress client) {
              return false;
            }

            @Override
            public List<InetSocketAddress> upstream(String name) {
              return List.of();
            }
          });

  private String answer(String packet) {
    return switch (responder.answer(HEX.parseHex(packet), CLIENT)) {
      case Outcome.Silence _ -> "silence";
      case Outcome.Malformed(var reply) -> HEX.formatHex(reply);
      case Outcome.Answered(var reply) -> HEX.formatHex(reply.overUdp());
      case Outcome.Ask _ -> "ask";
    };
  }

  @Test
  void aGoldenQuestionHasAGoldenAnswer() {
    assertThat(answer(GOLDEN))
        .isEqualTo(
            "1234" // the same id
                + "8500" // response, authoritative, recursion desired
                + "0001000100000000"
                + "066e6f64652d31044d61615300" // its own case
                + "00010001"
                + "c00c00010001"
                + "0000001e"
                + "0004"
                + "0a090005");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "two questions, 123401000002000000000000046d61617300000100010461616161000001, true",
    "no question, 123401000000000000000000, true",
    "a pointer to itself, 123401000001000000000000c00c00010001, true",
    "a pointer after a label, 1234010000010000000000000161c00c00010001, true",
    "a label of 64, 12340100000100000000000040616100010001, true",
    "a name without end, 123401000001000000000000046d6161, true",
    "a question without type, 123401000001000000000000046d61617300, true",
    "records that are not there, 12340100000100000000ffff046d6161730000010001, true",
    "two OPT, 123401000001000000000002046d616173000001000100002904d000000000000000002904d000000000"
        + "0000, true",
    "an answer, 123481000001000000000000046d6161730000010001, false",
    "too short, 1234010000, false",
    "nothing, '', false"
  })
  void whatCannotBeReadIsAnsweredWithFormerrOrNotAtAll(String what, String packet, boolean said) {
    assertThat(answer(packet)).as(what).isEqualTo(said ? "123481010000000000000000" : "silence");
  }

  @Test
  void noFlippedBitAndNoPrefixOfAPacketDoesHarm() {
    var golden = HEX.parseHex(GOLDEN);
    var random = new Random(53);
    for (int i = 0; i < 20_000; i++) {
      var packet = java.util.Arrays.copyOf(golden, 1 + random.nextInt(golden.length + 20));
      for (int flips = random.nextInt(6); flips > 0; flips--) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
      }
      var answer = answer(HEX.formatHex(packet));
      assertThat(answer)
          .satisfiesAnyOf(
              text -> assertThat(text).isEqualTo("silence"),
              text -> assertThat(text).startsWith(HEX.formatHex(packet, 0, 2)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.9.0.5, 5.0.9.10.in-addr.arpa",
    "2001:db8::5, 5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
  })
  void anAddressHasANameThatIsReadBackwards(String address, String name) {
    assertThat(DnsName.reverse(InetAddress.ofLiteral(address))).isEqualTo(name);
  }
}
