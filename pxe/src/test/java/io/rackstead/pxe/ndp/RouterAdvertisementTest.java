package io.rackstead.pxe.ndp;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.OptionTemplates;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.Subnet6;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouterAdvertisementTest {
  private static final Served6 NETWORK =
      new Served6(
          "prov0",
          Subnet6.parse("fd77::/64"),
          Subnet6.address("fd77::1"),
          List.of(),
          Map.of(),
          List.of(Subnet6.address("fd77::53")),
          Optional.empty(),
          Duration.ofHours(1),
          true,
          OptionTemplates.NONE);

  /// RFC 4861 §4.2 and §4.6.2, RFC 8106 §5.1.
  @Test
  void oursSaysAskDhcpAndNamesThePrefixAndTheResolver() {
    var octets = RouterAdvertisement.of(List.of(NETWORK));
    assertThat(HexFormat.of().formatHex(octets))
        .isEqualTo(
            "8600000040c000000000000000000000"
                + "030440800001518000003840"
                + "00000000fd770000000000000000000000000000"
                + "1903000000015180fd770000000000000000000000000053");
    assertThat(RouterAdvertisement.read(ByteBuffer.wrap(octets)))
        .contains(new RouterAdvertisement(0, true, List.of(NETWORK.subnet())));
  }

  @Test
  void aRouterThatNamesAnotherPrefixIsObjectedTo() {
    var strange = new RouterAdvertisement(1800, false, List.of(Subnet6.parse("2001:db8::/64")));
    assertThat(strange.objection(List.of(NETWORK)).orElse("")).contains("2001:db8::/64");
    assertThat(strange.objection(List.of())).as("where we serve no IPv6").isEmpty();
    var fine = new RouterAdvertisement(1800, false, List.of(NETWORK.subnet()));
    assertThat(fine.objection(List.of(NETWORK))).isEmpty();
  }

  @Test
  void noPrefixOfOneAndNoFlippedByteOfItBreaksTheReader() {
    var octets = RouterAdvertisement.of(List.of(NETWORK));
    for (int length = 0; length < octets.length; length++) {
      RouterAdvertisement.read(ByteBuffer.wrap(Arrays.copyOf(octets, length)));
      for (int bit = 0; bit < 8; bit++) {
        var flipped = octets.clone();
        flipped[length] ^= (byte) (1 << bit);
        RouterAdvertisement.read(ByteBuffer.wrap(flipped));
      }
    }
  }
}
