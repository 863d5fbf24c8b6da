package io.rackstead.pxe.net;

/// Text from the wire, made fit for a log line or an operator's screen: short, one line, and
/// without control characters or anything outside ASCII.
public final class PrintableText {
  private static final int MAX_CHARS = 200;

  private PrintableText() {}

  public static String of(String fromOutside) {
    int length = Math.min(fromOutside.length(), MAX_CHARS);
    var text = new StringBuilder(length + 1);
    for (int i = 0; i < length; i++) {
      char c = fromOutside.charAt(i);
      text.append(c >= ' ' && c < 127 ? c : '?');
    }
    return length < fromOutside.length() ? text.append('…').toString() : text.toString();
  }
}
