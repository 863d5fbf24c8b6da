package io.rackstead.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/// A console's output without what moves the cursor and paints: for reading and searching.
final class Plain {
  private static final int MOST = 300;
  private static final char ESCAPE = '\u001b';

  private Plain() {}

  /// ECMA-48: control sequences (CSI … final byte), strings (OSC … BEL or ST) and two-byte escapes
  /// are left out, and so is what no text has.
  static String text(byte[] output) {
    var in = new String(output, UTF_8);
    var out = new StringBuilder(in.length());
    for (int at = 0; at < in.length(); at++) {
      char c = in.charAt(at);
      if (c == ESCAPE) {
        at = afterEscape(in, at + 1);
      } else if (c == '\n' || c == '\t' || (c >= ' ' && c != '\u007f')) {
        out.append(c);
      }
    }
    return out.toString();
  }

  /// The last character of the sequence.
  private static int afterEscape(String in, int at) {
    if (at >= in.length()) {
      return at;
    }
    switch (in.charAt(at)) {
      case '[' -> {
        int end = at + 1;
        while (end < in.length() && (in.charAt(end) < '@' || in.charAt(end) > '~')) {
          end++;
        }
        return end;
      }
      case ']', 'P', '^', '_' -> {
        int end = at + 1;
        while (end < in.length() && in.charAt(end) != '\u0007' && in.charAt(end) != ESCAPE) {
          end++;
        }
        return end < in.length() && in.charAt(end) == ESCAPE ? end + 1 : end;
      }
      case '(', ')', '#', '%' -> {
        return at + 1;
      }
      default -> {
        return at;
      }
    }
  }

  static boolean holds(String line, String text) {
    return line.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
  }

  static String cut(String line) {
    return line.length() <= MOST ? line : line.substring(0, MOST - 1) + "…";
  }
}
