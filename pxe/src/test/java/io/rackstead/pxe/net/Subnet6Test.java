package io.rackstead.pxe.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Subnet6Test {
  /// RFC 5952.
  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1,   2001:0:0:1::1",
    "0:0:0:0:0:0:0:0,      ::",
    "0:0:0:0:0:0:0:1,      ::1",
    "fd00:0:0:0:0:0:0:0,   fd00::"
  })
  void anAddressIsWrittenInOneWay(String read, String written) {
    assertThat(Subnet6.text(Subnet6.address(read))).isEqualTo(written);
  }

  @Test
  void anAddressIsInTheNetworkThatItsFirstBitsName() {
    var subnet = Subnet6.parse("fd77:0:0:8::/61");
    assertThat(subnet.contains(Subnet6.address("fd77:0:0:f::1"))).isTrue();
    assertThat(subnet.contains(Subnet6.address("fd77:0:0:10::1"))).isFalse();
    assertThat(subnet).hasToString("fd77:0:0:8::/61");
  }

  @Test
  void aRangeIsCountedThroughToItsEnd() {
    var range = AddressRange6.parse("fd77::ffff-fd77::1:0001");
    assertThat(range.size()).isEqualTo(BigInteger.valueOf(3));
    assertThat(range.at(BigInteger.TWO)).isEqualTo(Subnet6.address("fd77::1:1"));
    assertThat(range.contains(Subnet6.address("fd77::1:2"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fd77::1/64", "fd77::/8", "fd77::/128", "10.0.0.0/24", "fd77::", "x/64"})
  void whatIsNoIpv6NetworkIsRefused(String text) {
    assertThatThrownBy(() -> Subnet6.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
