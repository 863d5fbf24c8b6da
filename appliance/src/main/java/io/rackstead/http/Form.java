package io.rackstead.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A form in any of the encodings that MAAS's clients use: URL-encoded, multipart with plain parts,
/// and multipart with every part in base64 (Python's), down to a multipart body with no part at
/// all.
public final class Form {
  private static final int PARTS = 10_000;
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary=(?:\"([^\"]{1,200})\"|([^;\\s]{1,200}))", Pattern.CASE_INSENSITIVE);
  private static final Pattern NAME =
      Pattern.compile("(?:^|[;\\s])name=(?:\"([^\"]*)\"|([^;\\s]*))", Pattern.CASE_INSENSITIVE);
  private static final Pattern FILENAME =
      Pattern.compile("filename\\*?=", Pattern.CASE_INSENSITIVE);

  private final List<Part> parts;
  private final boolean urlEncoded;

  private record Part(String name, boolean file, byte[] content) {
    String text() {
      return new String(content, StandardCharsets.UTF_8);
    }
  }

  private Form(List<Part> parts, boolean urlEncoded) {
    this.parts = parts;
    this.urlEncoded = urlEncoded;
  }

  public static Form of(Request request) {
    return parse(request.header("Content-Type").orElse(""), request.body());
  }

  /// Reads a body; another type than a form's has no fields.
  public static Form parse(String contentType, byte[] body) {
    var type = contentType.toLowerCase(Locale.ROOT);
    if (type.startsWith("multipart/form-data")) {
      return new Form(multipart(contentType, body), false);
    }
    if (type.startsWith("application/x-www-form-urlencoded")) {
      var parts = new ArrayList<Part>();
      Encoding.form(new String(body, StandardCharsets.UTF_8))
          .forEach((name, values) ->
              values.forEach(value ->
                  parts.add(new Part(name, false, value.getBytes(StandardCharsets.UTF_8)))));
      return new Form(parts, true);
    }
    return new Form(List.of(), false);
  }

  /// Whether RFC 5849 §3.4.1.3.1 counts its fields into a signature.
  public boolean urlEncoded() {
    return urlEncoded;
  }

  public Optional<String> text(String name) {
    return texts(name).stream().findFirst();
  }

  public List<String> texts(String name) {
    return parts.stream().filter(part -> part.name.equals(name)).map(Part::text).toList();
  }

  public Optional<byte[]> content(String name) {
    return parts.stream().filter(part -> part.name.equals(name)).map(Part::content).findFirst();
  }

  /// All fields that are not files, in the order they were sent.
  public Map<String, List<String>> fields() {
    var fields = new LinkedHashMap<String, List<String>>();
    for (var part : parts) {
      if (!part.file) {
        fields.computeIfAbsent(part.name, _ -> new ArrayList<>()).add(part.text());
      }
    }
    return fields;
  }

  private static List<Part> multipart(String contentType, byte[] body) {
    var boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw new Problem(400, "multipart/form-data without a boundary");
    }
    var name = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
    var delimiter = ("--" + name).getBytes(StandardCharsets.ISO_8859_1);
    var parts = new ArrayList<Part>();
    int at = indexOf(body, delimiter, 0);
    while (at >= 0) {
      int start = at + delimiter.length;
      if (startsWith(body, start, "--")) {
        break;
      }
      int next = indexOf(body, delimiter, start);
      if (next < 0) {
        throw new Problem(400, "the multipart body ends in the middle of a part");
      }
      part(body, lineEnd(body, start), contentEnd(body, next)).ifPresent(parts::add);
      if (parts.size() > PARTS) {
        throw new Problem(400, "more than " + PARTS + " parts in a form");
      }
      at = next;
    }
    return parts;
  }

  private static Optional<Part> part(byte[] body, int from, int to) {
    var disposition = "";
    var base64 = false;
    int at = from;
    while (at < to) {
      int end = at;
      while (end < to && body[end] != '\n') {
        end++;
      }
      var line = new String(body, at, end - at, StandardCharsets.UTF_8).strip();
      at = Math.min(end + 1, to);
      if (line.isEmpty()) {
        break;
      }
      var lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-disposition:")) {
        disposition = line.substring("content-disposition:".length());
      } else if (lower.startsWith("content-transfer-encoding:")) {
        base64 = lower.endsWith("base64");
      }
    }
    var name = NAME.matcher(disposition);
    if (!name.find()) {
      return Optional.empty();
    }
    var content = java.util.Arrays.copyOfRange(body, at, Math.max(at, to));
    return Optional.of(
        new Part(
            name.group(1) == null ? name.group(2) : name.group(1),
            FILENAME.matcher(disposition).find(),
            base64 ? decoded(content) : content));
  }

  private static byte[] decoded(byte[] content) {
    try {
      return Base64.getMimeDecoder().decode(content);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "a part says that it is base64 and is not", e);
    }
  }

  /// After the line break that ends the delimiter line.
  private static int lineEnd(byte[] body, int at) {
    int end = at;
    while (end < body.length && body[end] != '\n') {
      end++;
    }
    return Math.min(end + 1, body.length);
  }

  /// The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
  private static int contentEnd(byte[] body, int delimiter) {
    int end = delimiter;
    if (end > 0 && body[end - 1] == '\n') {
      end--;
      if (end > 0 && body[end - 1] == '\r') {
        end--;
      }
    }
    return end;
  }

  private static boolean startsWith(byte[] body, int at, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= body.length || body[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int indexOf(byte[] body, byte[] wanted, int from) {
    outer:
    for (int i = from; i <= body.length - wanted.length; i++) {
      for (int j = 0; j < wanted.length; j++) {
        if (body[i + j] != wanted[j]) {
          continue outer;
        }
      }
      return i;
    }
    return -1;
  }
}
