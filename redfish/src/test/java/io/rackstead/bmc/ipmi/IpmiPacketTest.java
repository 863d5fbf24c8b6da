package io.rackstead.bmc.ipmi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.ipmi.IpmiPacket.Plain;
import io.rackstead.bmc.ipmi.IpmiPacket.Setup;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every datagram is read or refused, whatever is in it.
class IpmiPacketTest {
  @Test
  void theFirstQuestionIsTheOneThatIpmitoolAsks() {
    var command = Command.channelAuthenticationCapabilities();
    var request = new IpmiMessage.Request(command.netFunction(), command.code(), 0, command.data());

    assertThat(HexFormat.of().formatHex(new Plain(request.encode()).encode()))
        .isEqualTo("0600ff07000000000000000000092018c88100388e04b5");
  }

  @Test
  void aRefusalOfFourBytesIsHeardThoughItSaysThatItHas32() {
    var packet = decode("0600ff070611000000000000000020000104 0000".replace(" ", ""));

    assertThat(packet).isInstanceOf(Setup.class);
    assertThat(((Setup) packet).status()).isEqualTo(0x04);
    assertThat(((Setup) packet).tag()).isEqualTo(0x01);
  }

  @ParameterizedTest
  @CsvSource({
    "06, ends at once",
    "0600ff0700, ends in the header",
    "0700ff0700000000000000000000, another RMCP version",
    "0600ff0600000000000000000000, an ASF message",
    "0600ff0702000000000000000000, MD5 authentication",
    "0600ff0700010000000000000000, a sequence number outside a session",
    "0600ff07000000000000000000092018c8, shorter than it says",
    "0600ff0706110000000000000000240001000400, a good answer cut short",
    "0600ff070680a4a3a2a0010000000000, in a session but not authenticated",
    "0600ff070640a4a3a2a0010000000000, in a session but not encrypted",
    "0600ff0706c0a4a3a2a001000000ffff, a length that is a lie",
    "0600ff07061200000000000000000000, a question where an answer belongs",
  })
  void whatIsWrongIsRefused(String hex, String why) {
    assertThatThrownBy(() -> decode(hex)).as(why).isInstanceOf(MalformedPacket.class);
  }

  @Test
  void everyPrefixOfARecordedPacketIsReadOrRefused() {
    for (var name : new String[] {"ipmitool-ipmi_sim-suite-3", "freeipmi-suite-17"}) {
      for (var datagram : RecordedSession.read(name).datagrams()) {
        for (int length = 0; length <= datagram.bytes().length; length++) {
          readOrRefuse(Arrays.copyOf(datagram.bytes(), length));
        }
      }
    }
  }

  @Test
  void packetsOfChanceAndDamagedOnesAreReadOrRefused() {
    var random = new Random(4711);
    var recorded = RecordedSession.read("ipmitool-suite-17").datagrams();
    for (int i = 0; i < 100_000; i++) {
      var bytes = recorded.get(random.nextInt(recorded.size())).bytes().clone();
      if (i % 4 == 0) {
        bytes = new byte[random.nextInt(120)];
        random.nextBytes(bytes);
      }
      for (int damage = random.nextInt(4); damage > 0 && bytes.length > 0; damage--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      readOrRefuse(Arrays.copyOf(bytes, random.nextInt(bytes.length + 8)));
    }
  }

  private static void readOrRefuse(byte[] datagram) {
    try {
      switch (IpmiPacket.decode(datagram)) {
        case Plain(byte[] message) -> IpmiMessage.decodeResponse(message);
        case Setup setup -> assertThat(setup.status() == 0 && setup.payload().length < 8).isFalse();
        case IpmiPacket.Secured secured -> assertThat(secured.session()).isNotZero();
      }
    } catch (MalformedPacket e) {
      assertThat(e).hasMessageMatching("[^\n]{1,100}");
    }
  }

  private static IpmiPacket decode(String hex) {
    return IpmiPacket.decode(HexFormat.of().parseHex(hex));
  }
}
