package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts with `{{machine.hostname}}` in them. A value is encoded for the place it goes to and is
/// never read again: what stands in a hostname is no template.
final class Template {
  private static final Pattern PLACE = Pattern.compile("\\{\\{ ?([a-z]++(?:\\.[a-z0-9_]++)*+) ?}}");

  private Template() {}

  /// The names that a text asks for; a `{{` that is none is refused.
  static Set<String> names(String text) {
    var names = new TreeSet<String>();
    var left =
        PLACE
            .matcher(text)
            .replaceAll(found -> {
              names.add(found.group(1));
              return "";
            });
    if (left.contains("{{")) {
      throw new BadBroker(
          "a value is asked for as {{machine.hostname}}, cannot read '" + left.strip() + "'");
    }
    return names;
  }

  /// Of a URL: each value is one part of it, whatever stands in it; a leading `{{config.…}}` is the
  /// operator's own address.
  static String url(String text, JsonNode values) {
    return fill(
        text,
        values,
        found ->
            found.start() == 0 && found.group(1).startsWith("config.")
                ? UnaryOperator.identity()
                : value -> part(found.group(1), value));
  }

  /// What is empty, or would lead upwards, is no part of an address: something else would be meant.
  private static String part(String name, String value) {
    if (value.isEmpty() || value.equals(".") || value.equals("..")) {
      throw new BadBroker("{{%s}} is '%s', which is no part of a URL".formatted(name, value));
    }
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// Of a header: one line.
  static String header(String text, JsonNode values) {
    return fill(text, values, _ -> Template::line);
  }

  /// Of a file: what an operator has set up as it is, everything else on one line.
  static String file(String text, JsonNode values) {
    return fill(
        text,
        values,
        found -> found.group(1).startsWith("config.") ? UnaryOperator.identity() : Template::line);
  }

  static String line(String value) {
    return value.replaceAll("[\\x00-\\x1f\\x7f\\x85\\u2028\\u2029]", " ");
  }

  static String plain(String text, JsonNode values) {
    return fill(text, values, _ -> UnaryOperator.identity());
  }

  /// Of a body: a text that is nothing but one place becomes what is there, with its parts.
  static JsonNode tree(JsonNode template, JsonNode values) {
    if (template instanceof ObjectNode object) {
      var filled = object.objectNode();
      object
          .properties()
          .forEach(entry -> filled.set(entry.getKey(), tree(entry.getValue(), values)));
      return filled;
    }
    if (template instanceof ArrayNode array) {
      var filled = array.arrayNode();
      array.forEach(inner -> filled.add(tree(inner, values)));
      return filled;
    }
    if (!template.isTextual()) {
      return template;
    }
    var whole = PLACE.matcher(template.asText());
    return whole.matches()
        ? value(whole.group(1), values)
        : template.isTextual()
            ? com.fasterxml.jackson.databind.node.TextNode.valueOf(plain(template.asText(), values))
            : template;
  }

  private interface Encoding {
    UnaryOperator<String> of(Matcher found);
  }

  private static String fill(String text, JsonNode values, Encoding encoding) {
    var found = PLACE.matcher(text);
    var out = new StringBuilder();
    int end = 0;
    while (found.find()) {
      var value = value(found.group(1), values);
      out.append(text, end, found.start());
      out.append(encoding.of(found).apply(value.isValueNode() ? value.asText() : value.toString()));
      end = found.end();
    }
    return out.append(text.substring(end)).toString();
  }

  private static JsonNode value(String name, JsonNode values) {
    JsonNode node = values;
    for (var part : name.split("\\.", -1)) {
      node = node.path(part);
    }
    if (node instanceof MissingNode) {
      throw new BadBroker("nothing is known for {{" + name + "}}");
    }
    return node;
  }
}
