package io.rackstead.pxe.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The name and query that a request line asks for. The name is decoded once, and stays a name:
/// `..` in it is two dots.
record Target(String name, String query) {
  /// Empty for what is no path at all. Firmware and shim write two slashes in front, so all that
  /// lead are dropped; a proxy's absolute form is read by its path.
  static Optional<Target> parse(String requestTarget) {
    var text = requestTarget;
    if (text.startsWith("http://") || text.startsWith("https://")) {
      int slash = text.indexOf('/', text.indexOf("//") + 2);
      text = slash < 0 ? "/" : text.substring(slash);
    }
    if (!text.startsWith("/")) {
      return Optional.empty();
    }
    int fragment = text.indexOf('#');
    text = fragment < 0 ? text : text.substring(0, fragment);
    int mark = text.indexOf('?');
    var path = mark < 0 ? text : text.substring(0, mark);
    var query = mark < 0 ? "" : text.substring(mark + 1);
    return decode(path.replaceFirst("^/+", "")).map(name -> new Target(name, query));
  }

  private static Optional<String> decode(String path) {
    var octets = ByteBuffer.allocate(path.length() * 3);
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        octets.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      if (i + 2 >= path.length()
          || Character.digit(path.charAt(i + 1), 16) < 0
          || Character.digit(path.charAt(i + 2), 16) < 0) {
        return Optional.empty();
      }
      octets.put((byte) Integer.parseInt(path.substring(i + 1, i + 3), 16));
      i += 2;
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
