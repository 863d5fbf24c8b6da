package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.broker.BrokerException.Kind;

/// What came back.
///
/// @param text bounded, without what is secret in the target
record Answer(int status, String text, JsonNode json) {
  String at(String pointer) {
    return json.at(pointer).asText("");
  }

  String words() {
    var line = text.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", " ").strip();
    return "HTTP " + status + (line.isEmpty() ? "" : " " + cut(line));
  }

  private static String cut(String line) {
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }

  Kind kind() {
    return switch (status) {
      case 401, 403 -> Kind.UNAUTHORIZED;
      case 408, 425, 429, 500, 502, 503, 504 -> Kind.BUSY;
      default -> Kind.UNEXPECTED;
    };
  }

  /// What of the answer is not as expected; empty: nothing.
  String wrong(Step step, JsonNode values) {
    if (!step.statuses().contains(status)) {
      return step.name() + ": " + words();
    }
    for (var one : step.expect().entrySet()) {
      var wanted = Template.plain(one.getValue(), values);
      if (!at(one.getKey()).equals(wanted)) {
        return "%s: %s is '%s', not '%s'"
                .formatted(step.name(), one.getKey(), cut(at(one.getKey())), wanted)
            + why(step);
      }
    }
    return "";
  }

  private String why(Step step) {
    var said =
        step.reason().isEmpty() ? "" : at(step.reason()).replaceAll("\\p{Cntrl}", " ").strip();
    return said.isEmpty() ? "" : " (" + cut(said) + ")";
  }

  /// Why the layer above will never have it; empty: it does not say so.
  String refused(Step step, JsonNode values) {
    for (var no : step.refuse().entrySet()) {
      if (at(no.getKey()).equals(Template.plain(no.getValue(), values))) {
        return "%s: %s is %s".formatted(step.name(), no.getKey(), cut(at(no.getKey()))) + why(step);
      }
    }
    return "";
  }
}
