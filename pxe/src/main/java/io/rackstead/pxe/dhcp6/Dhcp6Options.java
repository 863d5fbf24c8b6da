package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.net.MalformedPacket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// The options of a DHCPv6 message in their order, RFC 8415 §21. One number may come several times;
/// what is not known here is kept as octets. Immutable.
public final class Dhcp6Options {
  public static final int CLIENT_ID = 1;
  public static final int SERVER_ID = 2;
  public static final int IA_NA = 3;
  public static final int IA_TA = 4;
  public static final int IA_ADDRESS = 5;
  public static final int REQUESTED = 6;
  public static final int PREFERENCE = 7;
  public static final int ELAPSED = 8;
  public static final int RELAY_MESSAGE = 9;
  public static final int STATUS = 13;
  public static final int RAPID_COMMIT = 14;
  public static final int USER_CLASS = 15;
  public static final int VENDOR_CLASS = 16;
  public static final int INTERFACE_ID = 18;
  public static final int DNS = 23;
  public static final int DOMAIN_LIST = 24;
  public static final int IA_PD = 25;
  public static final int REFRESH_TIME = 32;
  public static final int REMOTE_ID = 37;
  public static final int BOOT_FILE_URL = 59;
  public static final int CLIENT_ARCH = 61;
  public static final int LINK_LAYER = 79;

  public static final Dhcp6Options NONE = new Dhcp6Options(List.of());

  private static final int MOST = 512;

  private final List<Option> list;

  private Dhcp6Options(List<Option> list) {
    this.list = List.copyOf(list);
  }

  /// One option; two are equal when their octets are.
  public record Option(int code, byte[] value) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Option that && code == that.code && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * code + Arrays.hashCode(value);
    }
  }

  /// Reads options up to the end of the buffer.
  static Dhcp6Options decode(ByteBuffer in) {
    var found = new ArrayList<Option>();
    while (in.hasRemaining()) {
      if (in.remaining() < 4) {
        throw new MalformedPacket("an option is cut off", in.position());
      }
      int code = in.getShort() & 0xffff;
      int length = in.getShort() & 0xffff;
      if (length > in.remaining() || found.size() >= MOST) {
        throw new MalformedPacket(
            "option " + code + " of " + length + " octets does not fit", in.position());
      }
      var value = new byte[length];
      in.get(value);
      found.add(new Option(code, value));
    }
    return new Dhcp6Options(found);
  }

  int size() {
    return list.stream().mapToInt(option -> 4 + option.value().length).sum();
  }

  void encode(ByteBuffer out) {
    for (var option : list) {
      out.putShort((short) option.code()).putShort((short) option.value().length);
      out.put(option.value());
    }
  }

  /// All of them as octets, as they stand inside another option.
  byte[] octets() {
    var out = ByteBuffer.allocate(size());
    encode(out);
    return out.array();
  }

  public List<Option> list() {
    return list;
  }

  public boolean has(int code) {
    return list.stream().anyMatch(option -> option.code() == code);
  }

  /// The first of this number.
  public Optional<byte[]> first(int code) {
    return all(code).stream().findFirst();
  }

  public List<byte[]> all(int code) {
    return list.stream()
        .filter(option -> option.code() == code)
        .map(Option::value)
        .map(byte[]::clone)
        .toList();
  }

  public Dhcp6Options with(int code, byte[] value) {
    if (code < 1 || code > 0xffff || value.length > 0xffff) {
      throw new IllegalArgumentException("option " + code + " of " + value.length + " octets");
    }
    var more = new ArrayList<>(list);
    more.add(new Option(code, value.clone()));
    return new Dhcp6Options(more);
  }

  public Dhcp6Options with(int code, String text) {
    return with(code, text.getBytes(StandardCharsets.UTF_8));
  }

  /// RFC 8415 §21.13.
  Dhcp6Options withStatus(Status status, String text) {
    var words = text.getBytes(StandardCharsets.UTF_8);
    return with(
        STATUS,
        ByteBuffer.allocate(2 + words.length).putShort((short) status.code()).put(words).array());
  }

  /// How something ended, RFC 8415 §21.13.
  enum Status {
    SUCCESS(0),
    UNSPECIFIED(1),
    NO_ADDRESS(2),
    NO_BINDING(3),
    NOT_ON_LINK(4),
    NO_PREFIX(6);

    private final int code;

    Status(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dhcp6Options that && list.equals(that.list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (var option : list) {
      text.append(option.code())
          .append('=')
          .append(HexFormat.of().formatHex(option.value()))
          .append('\n');
    }
    return text.toString();
  }
}
