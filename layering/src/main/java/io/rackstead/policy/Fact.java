package io.rackstead.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One value of what is known of a machine, read once: a fleet is asked for it a thousand times.
///
/// @param lower for comparisons without regard to case
/// @param number what it says as a number, NaN where it is none
public record Fact(String text, String lower, double number) {
  public static Fact of(String text) {
    return new Fact(text, text.toLowerCase(Locale.ROOT), numbered(text));
  }

  public static Map<String, List<Fact>> all(Map<String, List<String>> texts) {
    var facts = LinkedHashMap.<String, List<Fact>>newLinkedHashMap(texts.size());
    texts.forEach((name, values) -> facts.put(name, values.stream().map(Fact::of).toList()));
    return facts;
  }

  /// What is no number costs no exception.
  private static double numbered(String text) {
    if (text.isEmpty() || "0123456789.-+".indexOf(text.charAt(0)) < 0) {
      return Double.NaN;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
