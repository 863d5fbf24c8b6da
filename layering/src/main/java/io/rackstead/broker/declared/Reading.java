package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parts of a `broker.yaml`, each of the kind that it must be.
final class Reading {
  private Reading() {}

  static void known(String where, JsonNode node, String... keys) {
    if (node.isMissingNode()) {
      return;
    }
    if (!node.isObject()) {
      throw new BadBroker(where + " is a mapping");
    }
    var names = List.of(keys);
    for (var entry : node.properties()) {
      if (!names.contains(entry.getKey())) {
        throw new BadBroker(
            "%s has a key '%s'; there are %s"
                .formatted(where, shortened(entry.getKey()), String.join(", ", names)));
      }
    }
  }

  static String shortened(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  static String text(JsonNode node, String key, String otherwise) {
    var value = node.path(key);
    if (value.isContainerNode()) {
      throw new BadBroker(key + " is a text");
    }
    return value.isMissingNode() || value.isNull() ? otherwise : value.asText();
  }

  static int number(JsonNode node, String key, int otherwise, int least, int most) {
    var value = node.path(key);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
      throw new BadBroker("%s is a number from %d to %d".formatted(key, least, most));
    }
    return value.asInt();
  }

  static Map<String, String> texts(String where, JsonNode node) {
    var texts = new LinkedHashMap<String, String>();
    if (!node.isMissingNode() && !node.isObject()) {
      throw new BadBroker(where + " is a mapping");
    }
    for (var entry : node.properties()) {
      if (entry.getValue().isContainerNode()) {
        throw new BadBroker(where + "." + shortened(entry.getKey()) + " is a text");
      }
      texts.put(entry.getKey(), entry.getValue().asText());
    }
    return texts;
  }

  static Map<String, String> pointers(String where, JsonNode node) {
    var texts = texts(where, node);
    texts
        .keySet()
        .forEach(pointer -> {
          if (!pointer.startsWith("/")) {
            throw new BadBroker(where + " says /json/pointer: value, got " + shortened(pointer));
          }
        });
    return texts;
  }

  static List<Integer> statuses(String where, JsonNode node, List<Integer> otherwise) {
    if (node.isMissingNode()) {
      return otherwise;
    }
    var list = new ArrayList<Integer>();
    for (var one : node.isArray() ? node : JsonNodeFactory.instance.arrayNode().add(node)) {
      if (!one.canConvertToInt() || one.asInt() < 100 || one.asInt() > 599) {
        throw new BadBroker(where + ": a status is a number from 100 to 599");
      }
      list.add(one.asInt());
    }
    return list;
  }

  /// All texts in a tree.
  static String leaves(JsonNode tree) {
    var all = new StringBuilder();
    if (tree.isContainerNode()) {
      tree.forEach(inner -> all.append(leaves(inner)).append(' '));
    } else if (tree.isTextual()) {
      all.append(tree.asText());
    }
    return all.toString();
  }
}
