package io.rackstead.bmc.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One request to a BMC.
///
/// @param what it is for, as the timeline and an error name it; never with a secret in it
/// @param secret what the body holds and no message may repeat, though a BMC may; empty: nothing
record Ask(
    String method,
    String path,
    Optional<JsonNode> body,
    String what,
    Map<String, String> headers,
    String secret) {
  static Ask get(String path) {
    return new Ask("GET", path, Optional.empty(), "GET " + path, Map.of(), "");
  }

  @Override
  public String toString() {
    return what;
  }

  static Ask delete(String path, String what) {
    return new Ask("DELETE", path, Optional.empty(), what, Map.of(), "");
  }

  static Ask post(String path, JsonNode body, String what) {
    return new Ask("POST", path, Optional.of(body), what, Map.of(), "");
  }

  static Ask patch(String path, JsonNode body, String what) {
    return new Ask("PATCH", path, Optional.of(body), what, Map.of(), "");
  }

  Ask with(String name, String value) {
    var more = new HashMap<>(headers);
    more.put(name, value);
    return new Ask(method, path, body, what, Map.copyOf(more), secret);
  }

  Ask at(String otherPath) {
    return new Ask(method, otherPath, body, what, headers, secret);
  }

  Ask concealing(String word) {
    return new Ask(method, path, body, what, headers, word);
  }

  /// What a BMC said, fit to be told.
  String told(String text) {
    return secret.isEmpty() ? text : text.replace(secret, "***");
  }

  /// Asking again does what asking once did.
  boolean harmless() {
    return method.equals("GET");
  }
}
