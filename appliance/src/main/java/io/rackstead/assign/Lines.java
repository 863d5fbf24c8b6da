package io.rackstead.assign;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Problem;
import io.rackstead.policy.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// The table as it is stored and shown.
///
/// @param version counts the edits: whoever saves says which one theirs was made from
record Lines(long version, List<Line> lines, Table table) {
  static final int MOST = 1000;
  static final Lines NONE = new Lines(0, List.of());

  Lines {
    lines = List.copyOf(lines);
  }

  Lines(long version, List<Line> lines) {
    this(version, lines, new Table(lines.stream().map(Line::policy).toList()));
  }

  static List<Line> read(JsonNode asked, String writer) {
    if (!asked.isArray() || asked.size() > MOST) {
      throw new Problem(400, "policies is a list of at most " + MOST + " lines");
    }
    var lines = new ArrayList<Line>();
    for (var one : asked) {
      lines.add(Line.read(one, lines.size() + 1, writer));
    }
    return lines;
  }

  /// Lines that can never take a machine, for one above them asks for the same, without a limit.
  List<String> conflicts() {
    var first = new HashMap<String, Line>();
    var found = new ArrayList<String>();
    for (var line : lines) {
      var asks = String.join(" ", line.when().strip().split("\\s+", -1));
      var above = first.get(asks);
      if (line.enabled() && above != null) {
        found.add(
            "%s never takes a machine: %s above it asks for the same and has no limit"
                .formatted(line.name(), above.name()));
      } else if (line.enabled() && line.max() == 0 && line.on().equals("enrolment")) {
        first.put(asks, line);
      }
    }
    return found;
  }
}
