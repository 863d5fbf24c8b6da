package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The options of a DHCP message by their number, RFC 2132. Values are kept as octets, known or
/// not, of any length; the readers check the length that the RFC demands and throw
/// [MalformedPacket]. Immutable: each `with` gives a new set.
public final class DhcpOptions {
  public static final int MASK = 1;
  public static final int ROUTER = 3;
  public static final int DNS = 6;
  public static final int HOST_NAME = 12;
  public static final int DOMAIN = 15;
  public static final int NTP = 42;
  public static final int VENDOR = 43;
  public static final int REQUESTED_ADDRESS = 50;
  public static final int LEASE_TIME = 51;
  public static final int OVERLOAD = 52;
  public static final int MESSAGE_TYPE = 53;
  public static final int SERVER_ID = 54;
  public static final int PARAMETER_LIST = 55;
  public static final int MESSAGE = 56;
  public static final int MAX_MESSAGE_SIZE = 57;
  public static final int RENEWAL_TIME = 58;
  public static final int REBINDING_TIME = 59;
  public static final int CLASS_ID = 60;
  public static final int CLIENT_ID = 61;
  public static final int TFTP_SERVER = 66;
  public static final int BOOT_FILE = 67;
  public static final int USER_CLASS = 77;
  public static final int RELAY_AGENT = 82;
  public static final int CLIENT_ARCH = 93;
  public static final int CLIENT_INTERFACE = 94;
  public static final int CLIENT_UUID = 97;
  public static final int SUBNET_SELECTION = 118;
  public static final int IPXE = 175;

  public static final DhcpOptions NONE = new DhcpOptions(new TreeMap<>());

  private final SortedMap<Integer, byte[]> values;

  private DhcpOptions(SortedMap<Integer, byte[]> values) {
    this.values = values;
  }

  static DhcpOptions of(SortedMap<Integer, byte[]> values) {
    return new DhcpOptions(new TreeMap<>(values));
  }

  /// The octets by option number, in ascending order.
  SortedMap<Integer, byte[]> values() {
    return Collections.unmodifiableSortedMap(values);
  }

  public boolean has(int option) {
    return values.containsKey(option);
  }

  public Optional<byte[]> octets(int option) {
    return Optional.ofNullable(values.get(option)).map(byte[]::clone);
  }

  public Optional<Integer> octet(int option) {
    return fixed(option, 1).map(in -> in.get() & 255);
  }

  public Optional<Integer> number16(int option) {
    return fixed(option, 2).map(in -> in.getShort() & 0xffff);
  }

  public Optional<Inet4Address> address(int option) {
    return fixed(option, 4).map(in -> Subnet.address(in.getInt()));
  }

  public Optional<Duration> duration(int option) {
    return fixed(option, 4).map(in -> Duration.ofSeconds(Integer.toUnsignedLong(in.getInt())));
  }

  /// Text as the wire has it, without the NUL that some clients put at its end.
  public Optional<String> text(int option) {
    return octets(option)
        .map(octets -> new String(octets, StandardCharsets.ISO_8859_1))
        .map(text -> text.indexOf('\0') < 0 ? text : text.substring(0, text.indexOf('\0')));
  }

  public DhcpOptions with(int option, byte[] value) {
    if (option < 1 || option > 254) {
      throw new IllegalArgumentException("an option is 1 to 254, got " + option);
    }
    var more = new TreeMap<>(values);
    more.put(option, value.clone());
    return new DhcpOptions(more);
  }

  public DhcpOptions with(int option, int octet) {
    return with(option, new byte[] {(byte) octet});
  }

  public DhcpOptions with(int option, String text) {
    return with(option, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public DhcpOptions with(int option, Inet4Address address) {
    return with(option, address.getAddress());
  }

  public DhcpOptions with(int option, List<Inet4Address> addresses) {
    var octets = ByteBuffer.allocate(4 * addresses.size());
    addresses.forEach(address -> octets.put(address.getAddress()));
    return with(option, octets.array());
  }

  public DhcpOptions with(int option, Duration duration) {
    long seconds = Math.clamp(duration.toSeconds(), 0, 0xffff_ffffL);
    return with(option, ByteBuffer.allocate(4).putInt((int) seconds).array());
  }

  public DhcpOptions without(int option) {
    var fewer = new TreeMap<>(values);
    fewer.remove(option);
    return new DhcpOptions(fewer);
  }

  private Optional<ByteBuffer> fixed(int option, int length) {
    var value = values.get(option);
    if (value == null) {
      return Optional.empty();
    }
    if (value.length != length) {
      throw new MalformedPacket(
          "option " + option + " has " + value.length + " octets, not " + length + ",", 240);
    }
    return Optional.of(ByteBuffer.wrap(value));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DhcpOptions that
        && values.keySet().equals(that.values.keySet())
        && values.keySet().stream()
            .allMatch(option -> Arrays.equals(values.get(option), that.values.get(option)));
  }

  @Override
  public int hashCode() {
    return values.keySet().hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    values.forEach((option, value) ->
        text.append(option).append('=').append(HexFormat.of().formatHex(value)).append('\n'));
    return text.toString();
  }
}
