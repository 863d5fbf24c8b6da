package io.rackstead.bmc.ipmi;

import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/// The UDP payloads of a session that two other programs held, as a text file.
record RecordedSession(List<Datagram> datagrams) {
  record Datagram(boolean fromConsole, byte[] bytes) {
    /// The payload of a session set-up message, behind its 16 bytes of header.
    byte[] payload() {
      return Arrays.copyOfRange(bytes, 16, bytes.length);
    }

    boolean isSetup(int payloadType) {
      return bytes[4] == 6 && bytes[5] == payloadType;
    }

    boolean isSecured() {
      return bytes[4] == 6 && (bytes[5] & 0xff) == 0xc0;
    }
  }

  static RecordedSession read(String name) {
    try (var in =
        Objects.requireNonNull(
            RecordedSession.class.getResourceAsStream("/ipmi/" + name + ".session"), name)) {
      return new RecordedSession(
          new String(in.readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line ->
                  new Datagram(line.startsWith(">"), HexFormat.of().parseHex(line.substring(2))))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] setup(int payloadType) {
    return datagrams.stream()
        .filter(datagram -> datagram.isSetup(payloadType))
        .findFirst()
        .orElseThrow()
        .payload();
  }

  /// What both sides knew after RAKP message 2.
  Rakp rakp(CipherSuite suite) {
    var first = setup(IpmiPacket.RAKP_1);
    var second = setup(IpmiPacket.RAKP_2);
    return new Rakp(
        suite,
        number(second, 4),
        number(first, 4),
        Arrays.copyOfRange(first, 8, 24),
        Arrays.copyOfRange(second, 8, 24),
        Arrays.copyOfRange(second, 24, 40),
        first[24],
        Arrays.copyOfRange(first, 28, 28 + first[27]));
  }

  /// The IPMI messages inside the session, as hex, in the order in which they were sent.
  List<String> messages(Seal seal) {
    var messages = new ArrayList<String>();
    for (var datagram : datagrams) {
      if (datagram.isSecured()) {
        var packet = (Secured) IpmiPacket.decode(datagram.bytes());
        messages.add(
            (datagram.fromConsole() ? "> " : "< ") + HexFormat.of().formatHex(seal.open(packet)));
      }
    }
    return messages;
  }

  private static int number(byte[] in, int at) {
    return ByteBuffer.wrap(in).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
  }
}
