package io.rackstead.tag;

import static io.rackstead.tag.XPath.nodes;
import static io.rackstead.tag.XPath.number;
import static io.rackstead.tag.XPath.string;
import static io.rackstead.tag.XPath.truth;

import io.rackstead.tag.Definition.BadDefinition;
import java.util.List;
import java.util.Map;

/// The core functions of XPath 1.0 §4, but those that need a DTD or a language.
final class XPathFunctions {
  /// Name, and how many arguments it needs.
  private static final Map<String, Integer> KNOWN =
      Map.ofEntries(
          Map.entry("contains", 2),
          Map.entry("starts-with", 2),
          Map.entry("substring-before", 2),
          Map.entry("substring-after", 2),
          Map.entry("substring", 2),
          Map.entry("translate", 3),
          Map.entry("concat", 2),
          Map.entry("normalize-space", 0),
          Map.entry("string-length", 0),
          Map.entry("string", 0),
          Map.entry("number", 0),
          Map.entry("name", 0),
          Map.entry("local-name", 0),
          Map.entry("position", 0),
          Map.entry("last", 0),
          Map.entry("true", 0),
          Map.entry("false", 0),
          Map.entry("not", 1),
          Map.entry("boolean", 1),
          Map.entry("count", 1),
          Map.entry("sum", 1),
          Map.entry("floor", 1),
          Map.entry("ceiling", 1),
          Map.entry("round", 1));

  private XPathFunctions() {}

  static int arguments(String name) {
    var least = KNOWN.get(name);
    if (least == null) {
      throw new BadDefinition("there is no function '" + name + "()'");
    }
    return least;
  }

  static Object call(String name, List<Object> values) {
    var first = values.getFirst();
    var text = string(first);
    return switch (name) {
      case "true" -> true;
      case "false" -> false;
      case "not" -> !truth(first);
      case "boolean" -> truth(first);
      case "count" -> (double) nodes(first).size();
      case "sum" -> nodes(first).stream().mapToDouble(node -> number(node.string())).sum();
      case "floor" -> Math.floor(number(first));
      case "ceiling" -> Math.ceil(number(first));
      case "round" -> Math.floor(number(first) + 0.5);
      case "number" -> number(first);
      case "string" -> text;
      case "string-length" -> (double) text.length();
      case "normalize-space" -> text.strip().replaceAll("\\s+", " ");
      case "name", "local-name" ->
          nodes(first).isEmpty() ? "" : nodes(first).getFirst().name().replace("#text", "");
      case "concat" -> String.join("", values.stream().map(XPath::string).toList());
      case "contains" -> text.contains(string(values.get(1)));
      case "starts-with" -> text.startsWith(string(values.get(1)));
      case "substring-before" -> {
        int at = text.indexOf(string(values.get(1)));
        yield at < 0 ? "" : text.substring(0, at);
      }
      case "substring-after" -> {
        int at = text.indexOf(string(values.get(1)));
        yield at < 0 ? "" : text.substring(at + string(values.get(1)).length());
      }
      case "substring" -> {
        double from = Math.rint(number(values.get(1)));
        double to = values.size() > 2 ? from + Math.rint(number(values.get(2))) : Integer.MAX_VALUE;
        int begin = (int) Math.clamp(from - 1, 0, text.length());
        yield text.substring(begin, (int) Math.clamp(to - 1, begin, text.length()));
      }
      default -> translated(text, string(values.get(1)), string(values.get(2)));
    };
  }

  private static String translated(String text, String from, String to) {
    var out = new StringBuilder();
    for (char c : text.toCharArray()) {
      int at = from.indexOf(c);
      if (at < 0) {
        out.append(c);
      } else if (at < to.length()) {
        out.append(to.charAt(at));
      }
    }
    return out.toString();
  }
}
