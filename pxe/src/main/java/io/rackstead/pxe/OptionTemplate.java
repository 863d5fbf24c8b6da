package io.rackstead.pxe;

import io.rackstead.pxe.net.Subnet;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// DHCP options that an operator wants clients to have, beyond those that follow from the network
/// itself. Names are those of other servers' configurations; any other option is named by its
/// number, its value then being hex after `0x`, else text.
///
/// @param values the octets by option number
public record OptionTemplate(SortedMap<Integer, ByteBuffer> values) {
  public static final OptionTemplate NONE = new OptionTemplate(Collections.emptySortedMap());

  public static final int CLASSLESS_ROUTES = 121;
  private static final Set<Integer> OURS =
      Set.of(0, 1, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 61, 82, 93, 94, 97, 118, 255);

  private enum Kind {
    ADDRESSES,
    TEXT,
    NUMBER8,
    NUMBER16,
    NUMBER32,
    FLAG,
    DOMAINS,
    ROUTES,
    OCTETS
  }

  private record Known(int code, Kind kind) {}

  private static final Map<String, Known> KNOWN =
      Map.ofEntries(
          Map.entry("time-offset", new Known(2, Kind.NUMBER32)),
          Map.entry("routers", new Known(3, Kind.ADDRESSES)),
          Map.entry("domain-name-servers", new Known(6, Kind.ADDRESSES)),
          Map.entry("log-servers", new Known(7, Kind.ADDRESSES)),
          Map.entry("host-name", new Known(12, Kind.TEXT)),
          Map.entry("domain-name", new Known(15, Kind.TEXT)),
          Map.entry("root-path", new Known(17, Kind.TEXT)),
          Map.entry("ip-forwarding", new Known(19, Kind.FLAG)),
          Map.entry("interface-mtu", new Known(26, Kind.NUMBER16)),
          Map.entry("ntp-servers", new Known(42, Kind.ADDRESSES)),
          Map.entry("vendor-encapsulated-options", new Known(43, Kind.OCTETS)),
          Map.entry("tcode", new Known(101, Kind.TEXT)),
          Map.entry("pcode", new Known(100, Kind.TEXT)),
          Map.entry("v4-captive-portal", new Known(114, Kind.TEXT)),
          Map.entry("domain-search", new Known(119, Kind.DOMAINS)),
          Map.entry("classless-static-routes", new Known(CLASSLESS_ROUTES, Kind.ROUTES)),
          Map.entry("rfc3442-classless-static-routes", new Known(CLASSLESS_ROUTES, Kind.ROUTES)),
          Map.entry("vivso", new Known(125, Kind.OCTETS)),
          Map.entry("default-ip-ttl", new Known(23, Kind.NUMBER8)),
          Map.entry("tftp-server-address", new Known(150, Kind.ADDRESSES)));

  public OptionTemplate {
    var copy = new TreeMap<Integer, ByteBuffer>();
    values.forEach((code, octets) -> {
      if (code < 1 || code > 254 || OURS.contains(code)) {
        throw new IllegalArgumentException("option " + code + " is the server's own to set");
      }
      copy.put(code, octets.asReadOnlyBuffer());
    });
    values = Collections.unmodifiableSortedMap(copy);
  }

  /// Reads names and values as an operator writes them, or says which of them is wrong.
  public static OptionTemplate of(Map<String, String> written) {
    var values = new TreeMap<Integer, ByteBuffer>();
    written.forEach((name, value) -> {
      var known = known(name);
      try {
        values.put(known.code(), ByteBuffer.wrap(octets(known.kind(), value.strip())));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("DHCP option " + name + ": " + e.getMessage(), e);
      }
    });
    return new OptionTemplate(values);
  }

  /// These, and where both have one, the other's.
  public OptionTemplate under(OptionTemplate nearer) {
    if (nearer.values.isEmpty()) {
      return this;
    }
    var both = new TreeMap<>(values);
    both.putAll(nearer.values);
    return new OptionTemplate(both);
  }

  /// The octets of an option that is in [#values].
  public static byte[] octets(ByteBuffer value) {
    var octets = new byte[value.remaining()];
    value.duplicate().get(octets);
    return octets;
  }

  private static Known known(String name) {
    var lower = name.strip().toLowerCase(Locale.ROOT);
    var known = KNOWN.get(lower);
    if (known != null) {
      return known;
    }
    var number = lower.startsWith("option-") ? lower.substring(7) : lower;
    if (!number.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "no DHCP option is called " + name + ": use its number, option-224");
    }
    int code = Integer.parseInt(number);
    return KNOWN.values().stream()
        .filter(one -> one.code() == code)
        .findFirst()
        .orElse(new Known(code, Kind.OCTETS));
  }

  private static byte[] octets(Kind kind, String value) {
    if (value.startsWith("0x")) {
      return HexFormat.of().parseHex(value.substring(2).replace(":", ""));
    }
    return switch (kind) {
      case ADDRESSES -> addresses(value);
      case TEXT, OCTETS -> text(value);
      case NUMBER8 -> number(value, 1);
      case NUMBER16 -> number(value, 2);
      case NUMBER32 -> number(value, 4);
      case FLAG -> new byte[] {(byte) (value.equals("true") || value.equals("1") ? 1 : 0)};
      case DOMAINS -> domains(value);
      case ROUTES -> routes(value);
    };
  }

  private static byte[] text(String value) {
    var plain = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    var text = plain ? value.substring(1, value.length() - 1) : value;
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a text cannot be empty");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] addresses(String value) {
    var out = new ByteArrayOutputStream();
    for (var one : value.split("[,\\s]+")) {
      out.writeBytes(Subnet.address(one).getAddress());
    }
    return out.toByteArray();
  }

  private static byte[] number(String value, int octets) {
    long number = value.matches("-?[0-9]{1,10}") ? Long.parseLong(value) : Long.MAX_VALUE;
    if (number >= 1L << 8 * octets || number < -(1L << 8 * octets - 1)) {
      throw new IllegalArgumentException("not a number of " + octets + " octets: " + value);
    }
    var all = ByteBuffer.allocate(8).putLong(number).array();
    return Arrays.copyOfRange(all, 8 - octets, 8);
  }

  /// RFC 3397 without its compression, which some clients do not read.
  private static byte[] domains(String value) {
    var out = new ByteArrayOutputStream();
    for (var domain : value.split("[,\\s]+")) {
      for (var label : domain.replaceFirst("\\.$", "").split("\\.", -1)) {
        if (!label.matches("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")) {
          throw new IllegalArgumentException("not a domain: " + domain);
        }
        out.write(label.length());
        out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
      }
      out.write(0);
    }
    return out.toByteArray();
  }

  /// RFC 3442: width, as many octets of the network as it has bits, router. Written as `10.1.0.0/16
  /// via 10.0.0.1, 0.0.0.0/0 via 10.0.0.254`.
  private static byte[] routes(String value) {
    var out = new ByteArrayOutputStream();
    for (var route : value.split(",")) {
      var words = route.strip().split("\\s+via\\s+|\\s+");
      var network = words[0].split("/", -1);
      if (words.length != 2 || network.length != 2 || !network[1].matches("[0-9]{1,2}")) {
        throw new IllegalArgumentException(
            "a route is written as 10.1.0.0/16 via 10.0.0.1, got " + route.strip());
      }
      int width = Integer.parseInt(network[1]);
      int bits = Subnet.bits(Subnet.address(network[0]));
      if (width > 32 || (width == 0 ? bits : width == 32 ? 0 : bits << width) != 0) {
        throw new IllegalArgumentException(words[0] + " is no network");
      }
      out.write(width);
      out.write(Subnet.address(network[0]).getAddress(), 0, (width + 7) / 8);
      out.writeBytes(Subnet.address(words[1]).getAddress());
    }
    return out.toByteArray();
  }
}
