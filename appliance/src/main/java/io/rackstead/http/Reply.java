package io.rackstead.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// An answer. A long one (server-sent events) is a [Stream].
public sealed interface Reply {
  record Whole(int status, String contentType, byte[] body, Map<String, String> headers)
      implements Reply {}

  /// A long list, written while it is made, so that memory does not grow with it. What fails in the
  /// middle breaks the connection: the client sees that the end is missing.
  record Flow(int status, String contentType, BodyWriter writer, Map<String, String> headers)
      implements Reply {}

  @FunctionalInterface
  interface BodyWriter {
    void write(java.io.OutputStream out) throws java.io.IOException;
  }

  /// Server-sent events: the writer is called on a thread of its own and ends when the client goes.
  record Stream(EventWriter writer) implements Reply {}

  @FunctionalInterface
  interface EventWriter {
    void write(EventSink sink) throws Exception;
  }

  /// Where events go; every method throws once the client is gone.
  interface EventSink {
    void event(String name, String data) throws java.io.IOException;

    void comment(String text) throws java.io.IOException;
  }

  static Reply json(Object value) {
    return json(200, value);
  }

  static Reply json(int status, Object value) {
    return new Whole(status, "application/json", Json.bytes(value), Map.of());
  }

  static Reply text(int status, String text) {
    return new Whole(
        status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  static Reply bytes(String contentType, byte[] body) {
    return new Whole(200, contentType, body, Map.of());
  }

  static Reply none() {
    return new Whole(204, "text/plain", new byte[0], Map.of());
  }
}
