package io.rackstead.tests.redfish;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One HTTP/1.1 request on a connection, and its answer.
public final class Exchange {
  private static final int MOST_BODY = 1 << 20;

  final String method;

  /// As it was sent, with the query.
  final String target;

  private final Map<String, String> headers;
  private final byte[] body;
  private final Socket socket;
  private final Map<String, String> answer = new LinkedHashMap<>();

  private Exchange(
      String method, String target, Map<String, String> headers, byte[] body, Socket socket) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.body = body;
    this.socket = socket;
  }

  /// Empty where the other side has left.
  static Optional<Exchange> read(BufferedInputStream in, Socket socket) throws IOException {
    var request = line(in);
    if (request.isEmpty()) {
      return Optional.empty();
    }
    var words = request.split(" ", 3);
    var headers = new LinkedHashMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    var body = in.readNBytes(Math.min(length, MOST_BODY));
    return Optional.of(new Exchange(words[0], words[1], headers, body, socket));
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  String path() {
    return target.replaceAll("\\?.*", "");
  }

  String query() {
    int mark = target.indexOf('?');
    return mark < 0 ? "" : URLDecoder.decode(target.substring(mark + 1), StandardCharsets.UTF_8);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  byte[] body() {
    return body;
  }

  Exchange set(String name, String value) {
    answer.put(name, value);
    return this;
  }

  /// Whether another request may follow on this connection.
  boolean stays() {
    return !header("Connection").orElse("").equalsIgnoreCase("close");
  }

  void send(int status, byte[] bytes) throws IOException {
    set("Content-Length", Integer.toString(bytes.length));
    begin(status).write(bytes);
    socket.getOutputStream().flush();
  }

  /// Status and headers; the body is up to the caller.
  OutputStream begin(int status) throws IOException {
    if (!stays()) {
      set("Connection", "close"); // RFC 9112 §9.6; else it lies in the client's pool, half dead
    }
    var head = new StringBuilder("HTTP/1.1 " + status + " As Told\r\n");
    answer.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    var out = socket.getOutputStream();
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return out;
  }

  /// As a cable that is pulled: the other side hears of a reset.
  void cut() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
