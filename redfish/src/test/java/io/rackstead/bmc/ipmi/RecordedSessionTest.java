package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_17;
import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Our arithmetic gives what ipmitool, FreeIPMI and ipmi_sim agreed upon.
class RecordedSessionTest {
  private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.US_ASCII);

  static Stream<Arguments> sessions() {
    return Stream.of(
        Arguments.of("ipmitool-ipmi_sim-suite-3", SUITE_3),
        Arguments.of("ipmitool-suite-17", SUITE_17),
        Arguments.of("freeipmi-suite-17", SUITE_17));
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void theCodesOfAllRakpMessagesAreThoseOfTheRecording(String name, CipherSuite suite) {
    var session = RecordedSession.read(name);
    var rakp = session.rakp(suite);

    assertThat(rakp.code2(PASSWORD)).isEqualTo(from(session.setup(IpmiPacket.RAKP_2), 40));
    assertThat(rakp.code3(PASSWORD)).isEqualTo(from(session.setup(IpmiPacket.RAKP_3), 8));
    assertThat(rakp.code4(rakp.sik(PASSWORD))).isEqualTo(from(session.setup(IpmiPacket.RAKP_4), 8));
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void aWrongPasswordGivesOtherCodes(String name, CipherSuite suite) {
    var session = RecordedSession.read(name);
    var wrong = "Secret".getBytes(StandardCharsets.US_ASCII);

    assertThat(session.rakp(suite).code2(wrong))
        .isNotEqualTo(from(session.setup(IpmiPacket.RAKP_2), 40));
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void everyPacketOfTheSessionOpensWithTheKeysAndItsLastCommandClosesIt(
      String name, CipherSuite suite) {
    var session = RecordedSession.read(name);

    var messages = session.messages(seal(session, suite));

    assertThat(messages.size()).isGreaterThanOrEqualTo(6);
    // set session privilege level to administrator, and the answer that it is so
    assertThat(messages.get(0)).matches("> 2018c881..3b04..");
    assertThat(messages.get(1)).matches("< 811c6320..3b0004..");
    // get chassis status: off
    assertThat(messages).anyMatch(m -> m.matches("> 2000e081..01.."));
    assertThat(messages).anyMatch(m -> m.matches("< 81047b20..010000....(..)?.."));
    // close session
    assertThat(messages.get(messages.size() - 2)).matches("> 2018c881..3c.{8}..");
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void whatWeSealOpensWithTheSameKeysAndIsLaidOutAsTheirs(String name, CipherSuite suite) {
    var session = RecordedSession.read(name);
    var seal = seal(session, suite);
    for (var datagram : session.datagrams()) {
      if (datagram.isSecured()) {
        var theirs = (Secured) IpmiPacket.decode(datagram.bytes());
        var payload = seal.open(theirs);
        var ours = seal.seal(theirs.session(), theirs.sequence(), 0, payload);
        assertThat(ours).hasSameSizeAs(datagram.bytes());
        assertThat(Arrays.copyOf(ours, 16)).isEqualTo(Arrays.copyOf(datagram.bytes(), 16));
        assertThat(seal.open((Secured) IpmiPacket.decode(ours))).isEqualTo(payload);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sessions")
  void anyFlippedBitOfASealedPacketIsNoticed(String name, CipherSuite suite) {
    var session = RecordedSession.read(name);
    var seal = seal(session, suite);
    var good =
        session.datagrams().stream()
            .filter(RecordedSession.Datagram::isSecured)
            .findFirst()
            .orElseThrow()
            .bytes();
    for (int bit = 4 * 8; bit < good.length * 8; bit++) {
      var bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(
              () -> {
                if (IpmiPacket.decode(bad) instanceof Secured packet) {
                  seal.open(packet);
                }
                throw new MalformedPacket("another kind of packet");
              })
          .as("bit %d", bit)
          .isInstanceOf(MalformedPacket.class);
    }
  }

  @Test
  void ourOwnAnswersReadAsTheRecordingHasThem() {
    var session = RecordedSession.read("ipmitool-ipmi_sim-suite-3");
    var plain = (IpmiPacket.Plain) IpmiPacket.decode(session.datagrams().get(1).bytes());

    var response = IpmiMessage.decodeResponse(plain.message());

    assertThat(response.netFunction()).isEqualTo(0x07);
    assertThat(response.command()).isEqualTo(0x38);
    assertThat(response.completion()).isZero();
    assertThat(response.data()).containsExactly(1, 0x97, 5, 3, 0, 0, 0, 0);
  }

  private static Seal seal(RecordedSession session, CipherSuite suite) {
    var rakp = session.rakp(suite);
    return new Seal(suite, rakp.keys(rakp.sik(PASSWORD)), new Random(1));
  }

  private static byte[] from(byte[] bytes, int start) {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }
}
