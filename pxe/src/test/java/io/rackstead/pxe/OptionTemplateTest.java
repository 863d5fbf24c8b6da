package io.rackstead.pxe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionTemplateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ntp-servers             | 10.0.0.1, 10.0.0.2              | 42  | 0a0000010a000002",
        "domain-search           | a.example, b.example.           | 119 | 0161076578616d706c65000162076578616d706c6500",
        "classless-static-routes | 10.1.0.0/16 via 10.0.0.1        | 121 | 100a010a000001",
        "classless-static-routes | 0.0.0.0/0 via 10.0.0.1          | 121 | 000a000001",
        "classless-static-routes | 10.5.6.7/32 10.0.0.9            | 121 | 200a0506070a000009",
        "interface-mtu           | 9000                            | 26  | 2328",
        "time-offset             | -3600                           | 2   | fffff1f0",
        "v4-captive-portal       | \"http://x/\"                   | 114 | 687474703a2f2f782f",
        "option-224              | 0x01:02:ff                      | 224 | 0102ff",
        "125                     | 0x0000013702                    | 125 | 0000013702",
        "42                      | 10.0.0.1                        | 42  | 0a000001",
      })
  void aValueIsWrittenAsItsRfcWantsIt(String name, String value, int code, String hex) {
    var template = OptionTemplate.of(Map.of(name, value));
    assertThat(template.values().keySet()).containsExactly(code);
    var octets =
        OptionTemplate.octets(template.values().getOrDefault(code, ByteBuffer.allocate(0)));
    assertThat(HexFormat.of().formatHex(octets)).isEqualTo(hex);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense                | 1                        | no DHCP option is called nonsense",
        "ntp-servers             | pool.ntp.org             | not an IPv4 address: pool.ntp.org",
        "interface-mtu           | 70000                    | not a number of 2 octets: 70000",
        "domain-search           | a..b                     | not a domain: a..b",
        "classless-static-routes | 10.1.0.1/16 via 10.0.0.1 | 10.1.0.1/16 is no network",
        "classless-static-routes | 10.1.0.0/16              | a route is written as",
        "51                      | 0x00                     | option 51 is the server's own to set",
        "82                      | 0x00                     | option 82 is the server's own to set",
        "255                     | 0x00                     | option 255 is the server's own",
      })
  void aValueThatCannotBeIsRefusedByName(String name, String value, String why) {
    assertThatThrownBy(() -> OptionTemplate.of(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theMachinesOptionsCountBeforeTheRangesAndThoseBeforeTheNetworks() {
    var mac = MacAddress.parse("52:54:00:00:00:01");
    var templates =
        new OptionTemplates(
            OptionTemplate.of(Map.of("42", "10.0.0.1", "7", "10.0.0.1", "101", "Europe/Oslo")),
            Map.of(
                AddressRange.parse("10.0.0.50-10.0.0.60"),
                OptionTemplate.of(Map.of("42", "10.0.0.2", "7", "10.0.0.2"))),
            Map.of(mac, OptionTemplate.of(Map.of("42", "10.0.0.3"))));
    assertThat(templates.of(mac, Subnet.address("10.0.0.55")))
        .isEqualTo(
            OptionTemplate.of(Map.of("42", "10.0.0.3", "7", "10.0.0.2", "101", "Europe/Oslo")));
    assertThat(templates.of(mac, Subnet.address("10.0.0.99")))
        .isEqualTo(
            OptionTemplate.of(Map.of("42", "10.0.0.3", "7", "10.0.0.1", "101", "Europe/Oslo")));
  }
}
