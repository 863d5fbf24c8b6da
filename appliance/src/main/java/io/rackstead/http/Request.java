package io.rackstead.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A request as the features see it. Bodies are bounded: a larger one is a 413 before the handler
/// runs.
public interface Request {
  Route.Method method();

  /// As it was sent, percent-encoding and all.
  String path();

  /// A part of the path that the route names; always there.
  String part(String name);

  Optional<String> query(String name);

  List<String> queries(String name);

  /// The whole query, decoded, in the order it was sent.
  default Map<String, List<String>> query() {
    return Map.of();
  }

  Optional<String> header(String name);

  byte[] body();

  /// The body as JSON; [Problem] 400 says what is wrong with it.
  JsonNode json();

  InetAddress client();

  /// Whether it came over TLS.
  default boolean secure() {
    return false;
  }

  /// Who asks. A public route that asks this all the same answers 401 when it is nobody.
  Principal principal();
}
