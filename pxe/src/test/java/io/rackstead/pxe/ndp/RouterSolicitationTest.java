package io.rackstead.pxe.ndp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.net.MacAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouterSolicitationTest {
  /// snponly.efi of iPXE 1.21.1 under OVMF
  private static final byte[] SNPONLY =
      HexFormat.of().parseHex("8500000000000000" + "0101525400770003");

  @Test
  void aLoadersSolicitationNamesItsMac() {
    assertThat(RouterSolicitation.sender(ByteBuffer.wrap(SNPONLY)))
        .contains(MacAddress.parse("52:54:00:77:00:03"));
  }

  @Test
  void everyPrefixAndEveryFlippedOctetIsReadInBoundedTime() {
    var random = new Random(4861);
    for (int at = 0; at < SNPONLY.length; at++) {
      assertThat(RouterSolicitation.sender(ByteBuffer.wrap(Arrays.copyOf(SNPONLY, at)))).isEmpty();
      for (int i = 0; i < 64; i++) {
        var octets = SNPONLY.clone();
        octets[at] ^= (byte) (1 + random.nextInt(255));
        assertThat(RouterSolicitation.sender(ByteBuffer.wrap(octets))).isNotNull();
      }
    }
  }

  @Test
  void theAnswerAdvertisesNothing() {
    assertThat(HexFormat.of().formatHex(RouterSolicitation.nothingHere()))
        .isEqualTo("86000000000000000000000000000000");
  }
}
