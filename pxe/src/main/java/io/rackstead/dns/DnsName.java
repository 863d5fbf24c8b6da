package io.rackstead.dns;

import io.rackstead.pxe.net.MalformedPacket;
import java.io.ByteArrayOutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/// Names as text in lower case without the final dot, and as octets (RFC 1035 §3.1).
public final class DnsName {
  private static final int LONGEST = 255;

  private DnsName() {}

  public static String lower(String name) {
    var text = name.toLowerCase(Locale.ROOT);
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }

  /// Whether it can be written down: labels of 1 to 63 octets, 255 in all.
  public static boolean valid(String name) {
    if (name.isEmpty() || name.length() > LONGEST - 2) {
      return false;
    }
    for (var label : lower(name).split("\\.", -1)) {
      int length = label.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > 63 || label.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
        return false;
      }
    }
    return true;
  }

  static byte[] wire(String name) {
    var out = new ByteArrayOutputStream();
    for (var label : lower(name).split("\\.", -1)) {
      var octets = label.getBytes(StandardCharsets.UTF_8);
      if (octets.length > 63) {
        throw new IllegalArgumentException("a label has at most 63 octets: " + label);
      }
      if (octets.length > 0) {
        out.write(octets.length);
        out.writeBytes(octets);
      }
    }
    out.write(0);
    return out.toByteArray();
  }

  /// The name of a question. A pointer in it could only point at itself or at the header.
  static String read(ByteBuffer in) {
    var name = new StringBuilder();
    int start = in.position();
    for (int length = octet(in); length != 0; length = octet(in)) {
      if (length > 63) {
        throw new MalformedPacket("a compressed or unknown label in a question", in.position() - 1);
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      for (int i = 0; i < length; i++) {
        int c = octet(in);
        boolean plain = c > ' ' && c < 127 && c != '.' && c != '\\';
        if (plain) {
          name.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c));
        } else {
          name.append("\\%03d".formatted(c));
        }
      }
      if (in.position() - start > LONGEST) {
        throw new MalformedPacket("a name of more than 255 octets", start);
      }
    }
    return name.toString();
  }

  /// Steps over a name without following it, so no pointer can lead in a circle.
  static void skip(ByteBuffer in) {
    for (int length = octet(in); length != 0; length = octet(in)) {
      if (length >= 0xc0) {
        octet(in);
        return;
      }
      if (length > 63 || length > in.remaining()) {
        throw new MalformedPacket("a label that is longer than the packet", in.position() - 1);
      }
      in.position(in.position() + length);
    }
  }

  static int octet(ByteBuffer in) {
    if (!in.hasRemaining()) {
      throw new MalformedPacket("the packet ends within a name", in.position());
    }
    return in.get() & 255;
  }

  /// The name below in-addr.arpa or ip6.arpa, RFC 1035 §3.5 and 3596 §2.5.
  public static String reverse(InetAddress address) {
    var octets = address.getAddress();
    var name = new StringBuilder();
    for (int i = octets.length - 1; i >= 0; i--) {
      if (address instanceof Inet4Address) {
        name.append(octets[i] & 255).append('.');
      } else {
        var hex = HexFormat.of().toHexDigits(octets[i]);
        name.append(hex.charAt(1)).append('.').append(hex.charAt(0)).append('.');
      }
    }
    return name.append(address instanceof Inet4Address ? "in-addr.arpa" : "ip6.arpa").toString();
  }
}
