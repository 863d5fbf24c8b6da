package io.rackstead.bmc.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// One Redfish resource as it was read. What is missing or of another type than the schema says
/// reads as empty: no firmware fills in everything.
record Resource(String path, JsonNode json, Optional<String> etag) {
  private static final int LONGEST_TEXT = 512;

  static final String ID = "@odata.id";

  Resource(String path, JsonNode json) {
    this(path, json, text(json.path("@odata.etag")));
  }

  /// The value that these names lead to, in one line.
  String text(String... names) {
    return text(at(names)).orElse("");
  }

  OptionalDouble number(String... names) {
    var node = at(names);
    return node.isNumber() ? OptionalDouble.of(node.doubleValue()) : OptionalDouble.empty();
  }

  /// The path of another resource.
  Optional<String> link(String... names) {
    return link(at(names));
  }

  static Optional<String> link(JsonNode node) {
    return text(node.path(ID)).filter(path -> path.startsWith("/") && !path.startsWith("//"));
  }

  List<String> links(String... names) {
    var links = new ArrayList<String>();
    at(names).forEach(node -> link(node).ifPresent(links::add));
    return links;
  }

  List<String> texts(String... names) {
    return texts(at(names));
  }

  static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(node -> text(node).ifPresent(texts::add));
    return texts;
  }

  /// These names may hold dots, `#` and `@`; an array's elements are not reached by it.
  JsonNode at(String... names) {
    var node = json;
    for (var name : names) {
      node = node.path(name);
    }
    return node;
  }

  /// What the service calls it.
  String id() {
    return last(path);
  }

  static String last(String path) {
    var plain = plain(path);
    return plain.substring(plain.lastIndexOf('/') + 1);
  }

  /// Without slashes at its ends. Not by a pattern: of a hundred thousand of them, which a BMC may
  /// send, that would try every one.
  static String plain(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }

  static Optional<String> text(JsonNode node) {
    if (!node.isValueNode() || node.isNull()) {
      return Optional.empty();
    }
    var text = node.asText().replaceAll("\\p{Cntrl}+", " ").strip();
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text);
  }
}
