package io.rackstead.pxe.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.Golden;
import io.rackstead.pxe.Golden.Packet;
import io.rackstead.pxe.net.MalformedPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TftpPacketTest {
  static List<Packet> captures() {
    return Golden.packets("tftp");
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyCaptureReadsAsTheTextBesideIt(Packet packet) {
    var text = decode(packet.octets()) + "\n";
    assertThat(text).isEqualTo(Golden.beside(packet, text));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyCaptureIsTheSameAfterEncodingIt(Packet packet) {
    assertThat(decode(packet.octets()).encode()).isEqualTo(ByteBuffer.wrap(packet.octets()));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyPrefixAndEveryFlippedOctetIsReadOrIsMalformed(Packet packet) {
    var random = new Random(1350);
    for (int at = 0; at < packet.octets().length; at++) {
      readOrMalformed(Arrays.copyOf(packet.octets(), at));
      var octets = packet.octets().clone();
      octets[at] ^= (byte) (1 + random.nextInt(255));
      readOrMalformed(octets);
    }
  }

  @Test
  void noiseIsReadOrIsMalformed() {
    var random = new Random(2347);
    for (int i = 0; i < 50_000; i++) {
      var octets = new byte[random.nextInt(80)];
      random.nextBytes(octets);
      if (octets.length > 1) {
        octets[0] = 0;
        octets[1] = (byte) random.nextInt(8);
      }
      readOrMalformed(octets);
    }
  }

  private static void readOrMalformed(byte[] octets) {
    try {
      assertThat(decode(octets)).isNotNull();
    } catch (MalformedPacket e) {
      assertThat(e.getMessage()).contains(" at octet ");
    }
  }

  private static TftpPacket decode(byte[] octets) {
    return TftpPacket.decode(ByteBuffer.wrap(octets));
  }
}
