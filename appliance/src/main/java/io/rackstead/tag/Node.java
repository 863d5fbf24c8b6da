package io.rackstead.tag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An element, an attribute (`@` before its name) or a text (`#text`) of the document that tags are
/// defined over.
public final class Node {
  private final String name;
  private final String value;
  private final Optional<Node> parent;
  private final Map<String, Node> attributes = new LinkedHashMap<>();
  private final List<Node> children = new ArrayList<>();

  private Node(String name, String value, Optional<Node> parent) {
    this.name = name;
    this.value = value;
    this.parent = parent;
  }

  /// The document, which is above its only element.
  static Node document() {
    return new Node("", "", Optional.empty());
  }

  Node element(String elementName) {
    var child = new Node(elementName, "", Optional.of(this));
    children.add(child);
    return child;
  }

  /// An element with a text; none where the text is empty.
  Node leaf(String elementName, String text) {
    if (!text.isEmpty()) {
      var leaf = element(elementName);
      leaf.children.add(new Node("#text", text, Optional.of(leaf)));
    }
    return this;
  }

  Node attribute(String attributeName, String text) {
    attributes.put(attributeName, new Node("@" + attributeName, text, Optional.of(this)));
    return this;
  }

  String name() {
    return name.startsWith("@") ? name.substring(1) : name;
  }

  boolean element() {
    return !name.isEmpty() && !name.startsWith("@") && !name.equals("#text");
  }

  boolean text() {
    return name.equals("#text");
  }

  Optional<Node> parent() {
    return parent;
  }

  List<Node> children() {
    return children;
  }

  Map<String, Node> attributes() {
    return attributes;
  }

  String string() {
    if (children.isEmpty()) {
      return value;
    }
    var all = new StringBuilder();
    children.forEach(child -> all.append(child.string()));
    return all.toString();
  }

  /// As XML 1.0.
  public String xml() {
    var out = new StringBuilder("<?xml version=\"1.0\" standalone=\"yes\" ?>\n");
    children.forEach(child -> child.write(out, 0));
    return out.toString();
  }

  private void write(StringBuilder out, int depth) {
    if (text()) {
      out.append(escaped(value));
      return;
    }
    out.append(" ".repeat(depth)).append('<').append(name);
    attributes.forEach((key, node) ->
        out.append(' ').append(key).append("=\"").append(escaped(node.value)).append('"'));
    if (children.isEmpty()) {
      out.append("/>\n");
      return;
    }
    boolean leaf = children.getFirst().text();
    out.append(leaf ? ">" : ">\n");
    children.forEach(child -> child.write(out, depth + 1));
    out.append(leaf ? "" : " ".repeat(depth)).append("</").append(name).append(">\n");
  }

  /// Characters that XML 1.0 §2.2 has no place for are left out.
  private static String escaped(String text) {
    return text.replaceAll(
            "[^\\t\\n\\r\\x20-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]", "")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
