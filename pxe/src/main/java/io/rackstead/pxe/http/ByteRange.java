package io.rackstead.pxe.http;

import java.util.Optional;
import java.util.regex.Pattern;

/// The part of a file that a request asks for: RFC 9110 §14. One range is understood; several at
/// once, or another unit, are answered with the whole file, as §14.2 allows.
sealed interface ByteRange {
  record Whole() implements ByteRange {}

  /// From first to last, both included and both inside the file.
  record Part(long first, long last) implements ByteRange {}

  record Unsatisfiable() implements ByteRange {}

  Pattern ONE = Pattern.compile("bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

  static ByteRange of(Optional<String> header, long size) {
    var matcher = ONE.matcher(header.orElse(""));
    if (!matcher.matches()) {
      return new Whole();
    }
    var from = matcher.group(1);
    var to = matcher.group(2);
    if (from.isEmpty()) {
      return to.isEmpty() ? new Whole() : suffix(Long.parseLong(to), size);
    }
    long first = Long.parseLong(from);
    long last = to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
    if (!to.isEmpty() && Long.parseLong(to) < first) {
      return new Whole(); // RFC 9110 §14.1.1: such a header is invalid and ignored
    }
    return first < size ? new Part(first, last) : new Unsatisfiable();
  }

  private static ByteRange suffix(long length, long size) {
    if (length == 0 || size == 0) {
      return new Unsatisfiable();
    }
    return new Part(Math.max(0, size - length), size - 1);
  }
}
