package io.rackstead.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Writes a tree as YAML in blocks, one key a line, so that people and line tools can read it.
/// Every scalar is JSON, which YAML 1.2 reads as the same value (§1.3): nothing in it can end it
/// early.
public final class BlockYaml {
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

  private BlockYaml() {}

  public static byte[] bytes(JsonNode tree) {
    var text = new StringBuilder();
    write(text, tree, "");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(StringBuilder text, JsonNode node, String indent) {
    for (var property : node.properties()) {
      text.append(indent).append(key(property.getKey())).append(':');
      value(text, property.getValue(), indent);
    }
    if (node.isArray()) {
      for (var item : node) {
        text.append(indent).append('-');
        value(text, item, indent);
      }
    }
  }

  private static void value(StringBuilder text, JsonNode value, String indent) {
    if (value.isContainerNode() && !value.isEmpty()) {
      text.append('\n');
      write(text, value, indent + "  ");
    } else {
      text.append(' ').append(value).append('\n');
    }
  }

  private static String key(String name) {
    return PLAIN_KEY.matcher(name).matches()
        ? name
        : com.fasterxml.jackson.databind.node.TextNode.valueOf(name).toString();
  }
}
