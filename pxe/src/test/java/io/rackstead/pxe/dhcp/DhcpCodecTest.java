package io.rackstead.pxe.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Golden;
import io.rackstead.pxe.Golden.Packet;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DhcpCodecTest {
  static List<Packet> captures() {
    return Golden.packets("dhcp");
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyCaptureReadsAsTheTextBesideIt(Packet packet) {
    var text = text(decode(packet.octets()));
    assertThat(text).isEqualTo(Golden.beside(packet, text));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyCaptureIsTheSameAfterEncodingIt(Packet packet) {
    var message = decode(packet.octets());
    assertThat(decode(octets(message))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyPrefixIsReadOrIsMalformed(Packet packet) {
    for (int length = 0; length < packet.octets().length; length++) {
      readOrMalformed(Arrays.copyOf(packet.octets(), length));
    }
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyFlippedOctetIsReadOrIsMalformed(Packet packet) {
    var random = new Random(4711);
    for (int at = 0; at < packet.octets().length; at++) {
      var octets = packet.octets().clone();
      octets[at] ^= (byte) (1 + random.nextInt(255));
      readOrMalformed(octets);
    }
  }

  @Test
  void noiseBehindACookieIsReadOrIsMalformed() {
    var random = new Random(2131);
    for (int i = 0; i < 20_000; i++) {
      var octets = new byte[240 + random.nextInt(400)];
      random.nextBytes(octets);
      octets[0] = 1;
      octets[1] = 1;
      octets[2] = 6;
      ByteBuffer.wrap(octets).putInt(236, 0x63825363);
      readOrMalformed(octets);
    }
  }

  @Test
  void anOptionLongerThan255OctetsIsSplitAndJoined() {
    var url = "http://10.0.0.2:5248/" + "x".repeat(700);
    var message = message(DhcpOptions.NONE.with(DhcpOptions.BOOT_FILE, url));
    var octets = octets(message);
    assertThat(decode(octets).options().text(DhcpOptions.BOOT_FILE)).contains(url);
    assertThat(octets).hasSizeGreaterThan(240 + 700);
  }

  @Test
  void anEmptyOptionStaysAnEmptyOption() {
    var message = message(DhcpOptions.NONE.with(80, new byte[0]));
    assertThat(decode(octets(message)).options().has(80)).isTrue();
  }

  @Test
  void optionsContinueInTheFileAndNameFieldsWhenTheyAreOverloaded() {
    var octets = octets(message(DhcpOptions.NONE.with(DhcpOptions.OVERLOAD, 3)));
    System.arraycopy(new byte[] {12, 2, 'a', 'b', (byte) 255}, 0, octets, 108, 5);
    System.arraycopy(new byte[] {12, 1, 'c', (byte) 255}, 0, octets, 44, 4);
    var read = decode(octets);
    assertThat(read.options().text(DhcpOptions.HOST_NAME)).contains("abc");
    assertThat(read.file()).isEmpty();
    assertThat(read.sname()).isEmpty();
  }

  @Test
  void optionsOfEverySizeSurviveEveryLimitThatTheyFitInto() {
    var random = new Random(2132);
    int overloaded = 0;
    for (int round = 0; round < 3000; round++) {
      var options = DhcpOptions.NONE.with(DhcpOptions.MESSAGE_TYPE, 2);
      for (int count = random.nextInt(8); count > 0; count--) {
        var value = new byte[random.nextInt(random.nextInt(10) == 0 ? 400 : 60)];
        random.nextBytes(value);
        options = options.with(100 + random.nextInt(100), value);
      }
      var relay = new byte[random.nextInt(20)];
      var message = message(options.with(DhcpOptions.RELAY_AGENT, relay));
      int limit = 300 + random.nextInt(700);
      try {
        var octets = octets(message.encode(limit));
        assertThat(octets.length).isLessThanOrEqualTo(limit);
        assertThat(decode(octets)).isEqualTo(message);
        overloaded += octets.length == decode(octets).encode().remaining() ? 0 : 1;
      } catch (IllegalArgumentException e) {
        assertThat(message.encode().remaining()).isGreaterThan(limit + 128);
      }
    }
    assertThat(overloaded).isGreaterThan(100);
  }

  @ParameterizedTest
  @CsvSource({
    "0,  2,  'hardware type 1 with 2 octets at octet 1'",
    "2,  20, 'hardware type 1 with 20 octets at octet 1'",
  })
  void hardwareThatIsNoEthernetIsMalformed(int ignored, int length, String message) {
    var octets = octets(message(DhcpOptions.NONE));
    octets[2] = (byte) length;
    assertThatThrownBy(() -> decode(octets))
        .isInstanceOf(MalformedPacket.class)
        .hasMessage(message);
  }

  @Test
  void aLengthThatLiesIsMalformed() {
    var octets = Arrays.copyOf(octets(message(DhcpOptions.NONE)), 243);
    octets[240] = 12;
    octets[241] = 100;
    assertThatThrownBy(() -> decode(octets))
        .isInstanceOf(MalformedPacket.class)
        .hasMessage("option 12 says 100 octets, 1 are left, at octet 242");
  }

  @ParameterizedTest
  @CsvSource({
    "0000, BIOS_X86",
    "0007, UEFI_X64",
    "0009, UEFI_BC",
    "000b, UEFI_ARM64",
    "0010, UEFI_X64_HTTP",
    "00070006, UEFI_X64",
    "1234, UNKNOWN",
    "00, UNKNOWN",
  })
  void theArchitectureIsTheFirstThatIsNamed(String hex, ClientArch arch) {
    var option = java.util.HexFormat.of().parseHex(hex);
    assertThat(message(DhcpOptions.NONE.with(DhcpOptions.CLIENT_ARCH, option)).arch())
        .isEqualTo(arch);
  }

  @Test
  void aBiosThatOnlyNamesItsClassIsUnderstood() {
    var options = DhcpOptions.NONE.with(DhcpOptions.CLASS_ID, "PXEClient:Arch:00000:UNDI:002001");
    assertThat(message(options).arch()).isEqualTo(ClientArch.BIOS_X86);
  }

  @ParameterizedTest
  @CsvSource({
    "U-Boot.armv8,                    U_BOOT_ARM64",
    "U-Boot.armv7,                    U_BOOT_ARM32",
    "U-Boot,                          UNKNOWN",
    "PXEClient:Arch:00011:UNDI:003000, UEFI_ARM64"
  })
  void aBoardThatOnlyNamesItsClassIsUnderstood(String text, ClientArch arch) {
    assertThat(message(DhcpOptions.NONE.with(DhcpOptions.CLASS_ID, text)).arch()).isEqualTo(arch);
  }

  private static void readOrMalformed(byte[] octets) {
    try {
      var message = decode(octets);
      message.summary();
      message.systemUuid();
      message.fromLoader();
    } catch (MalformedPacket e) {
      assertThat(e.getMessage()).contains(" at octet ");
    }
  }

  private static DhcpMessage decode(byte[] octets) {
    return DhcpMessage.decode(ByteBuffer.wrap(octets));
  }

  private static byte[] octets(DhcpMessage message) {
    return octets(message.encode());
  }

  private static byte[] octets(ByteBuffer encoded) {
    var octets = new byte[encoded.remaining()];
    encoded.get(octets);
    return octets;
  }

  private static DhcpMessage message(DhcpOptions options) {
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        0,
        7,
        0,
        true,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        Subnet.address("10.9.0.1"),
        io.rackstead.pxe.net.MacAddress.parse("52:54:00:00:00:01"),
        "",
        "",
        options);
  }

  private static String text(DhcpMessage message) {
    return """
    %s
    op %d hops %d xid %08x secs %d broadcast %s
    ciaddr %s yiaddr %s siaddr %s giaddr %s
    chaddr %s sname "%s" file "%s"
    class %s arch %s uuid %s loader %s
    %s\
    """
        .formatted(
            message.summary(),
            message.op(),
            message.hops(),
            message.xid(),
            message.secs(),
            message.broadcast(),
            message.ciaddr().getHostAddress(),
            message.yiaddr().getHostAddress(),
            message.siaddr().getHostAddress(),
            message.giaddr().getHostAddress(),
            message.chaddr(),
            message.sname(),
            message.file(),
            message.vendorClass(),
            message.arch(),
            message.systemUuid().map(Object::toString).orElse("none"),
            message.fromLoader(),
            message.options());
  }
}
