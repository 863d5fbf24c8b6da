package io.rackstead.iso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StaticNetworkTest {
  @Test
  void allOfItStandsOnTheKernelLine() {
    assertThat(
            StaticNetwork.parse(
                    "52-54-00-AA-00-01", "10.0.9.21/24", "10.0.9.1", "10.0.9.2, 10.0.9.3", "12")
                .words())
        .containsExactly(
            "BOOTIF=01-52-54-00-aa-00-01",
            "rackstead.address=10.0.9.21/24",
            "rackstead.gateway=10.0.9.1",
            "rackstead.dns=10.0.9.2,10.0.9.3",
            "rackstead.vlan=12");
    assertThat(StaticNetwork.parse("", "10.0.9.21/24", "", "", "").words())
        .containsExactly("rackstead.address=10.0.9.21/24");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | 10.0.9.21       | ''       | ''   | ''",
        "''                | 10.0.9.21/33    | ''       | ''   | ''",
        "''                | 10.0.9.21/0     | ''       | ''   | ''",
        "''                | 10.0.9.256/24   | ''       | ''   | ''",
        "''                | 127.0.0.1/8     | ''       | ''   | ''",
        "''                | 0.0.0.0/8       | ''       | ''   | ''",
        "''                | 224.0.0.5/24    | ''       | ''   | ''",
        "''                | host.example/24 | ''       | ''   | ''",
        "''                | 10.0.9.21/24    | router   | ''   | ''",
        "''                | 10.0.9.21/24    | ''       | a b  | ''",
        "''                | 10.0.9.21/24    | ''       | ''   | 4095",
        "''                | 10.0.9.21/24    | ''       | ''   | -1",
        "52:54:00:aa:00    | 10.0.9.21/24    | ''       | ''   | ''",
        "52:54:00:aa:00:zz | 10.0.9.21/24    | ''       | ''   | ''",
      })
  void whatIsNoNetworkIsRefused(String mac, String cidr, String gateway, String dns, String vlan) {
    assertThatThrownBy(() -> StaticNetwork.parse(mac, cidr, gateway, dns, vlan))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a\"b", "a'b", "$x", "a\nb", "a;b", "{", "}", "a\\b", "#", "ü", "`"})
  void aWordThatGrubWouldReadAsSomethingElseIsRefused(String word) {
    assertThatThrownBy(() -> Slot.text(List.of("good=1", word), 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a disc cannot carry this as one word");
  }

  @Test
  void whatDoesNotFitIsRefusedAndWhatFitsFillsTheSlot() {
    assertThatThrownBy(() -> Slot.text(List.of("x".repeat(100)), 64))
        .hasMessage("the settings take 117 bytes, the disc's slot has 64");
    assertThat(new String(Slot.text(List.of("a=1"), 64), StandardCharsets.US_ASCII))
        .hasSize(64)
        .startsWith("set rackstead=\"a=1\"\n\n");
  }
}
