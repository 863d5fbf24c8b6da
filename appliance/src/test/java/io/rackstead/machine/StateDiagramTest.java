package io.rackstead.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The diagram in ARCHITECTURE.md is printed from the table. `-Dgolden=write` prints it anew.
class StateDiagramTest {
  private static final Path PAGE = Path.of("..", "ARCHITECTURE.md");
  private static final String BEGIN = "<!-- states -->\n```mermaid\n";
  private static final String END = "```\n<!-- /states -->";

  @Test
  void theDiagramOnThePageIsTheTable() throws IOException {
    var page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END, begin);
    assertThat(end).as("the place for the diagram in %s", PAGE).isPositive();
    if ("write".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, page.substring(0, begin) + diagram() + page.substring(end));
      return;
    }
    assertThat(page.substring(begin, end)).isEqualTo(diagram());
  }

  /// One arrow for each two states; what several events do stands on one.
  private static String diagram() {
    var arrows = new LinkedHashMap<String, java.util.LinkedHashSet<String>>();
    for (var rule : Lifecycle.rules()) {
      if (rule.on() == Event.MarkBroken.class) {
        continue;
      }
      var to = rule.to().map(State::name).orElse("PREVIOUS");
      arrows
          .computeIfAbsent(rule.from().name() + " --> " + to, _ -> new java.util.LinkedHashSet<>())
          .add(Lifecycle.words(rule.on()));
    }
    return arrows.entrySet().stream()
        .map(arrow -> "  " + arrow.getKey() + ": " + String.join(", ", arrow.getValue()) + "\n")
        .collect(Collectors.joining("", "stateDiagram-v2\n  [*] --> NEW\n", ""));
  }
}
