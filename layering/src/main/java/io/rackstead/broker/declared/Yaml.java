package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// YAML of strangers as a tree of bounded size: no aliases of collections, so nothing in it can be
/// its own part or grow when it is read; no key twice.
final class Yaml {
  static final int BYTES = 256 << 10;
  private static final int DEPTH = 20;
  private static final int NODES = 20_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private int nodes;

  private Yaml() {}

  static JsonNode read(String text) {
    if (text.length() > BYTES) {
      throw new BadBroker("it has more than " + (BYTES >> 10) + " KiB");
    }
    var settings =
        LoadSettings.builder()
            .setLabel("broker.yaml")
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(BYTES)
            .build();
    try {
      return new Yaml().tree(new Load(settings).loadFromString(text), 0);
    } catch (YamlEngineException e) {
      throw new BadBroker("it is no YAML that is read here: " + oneLine(e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new BadBroker("it is nested too deeply", e);
    }
  }

  private static String oneLine(@org.jspecify.annotations.Nullable String text) {
    var line = String.valueOf(text).replaceAll("\\s+", " ");
    return line.length() > 300 ? line.substring(0, 300) + "…" : line;
  }

  private JsonNode tree(@org.jspecify.annotations.Nullable Object value, int depth) {
    if (depth > DEPTH || ++nodes > NODES) {
      throw new BadBroker("it is nested too deeply, or has too many parts");
    }
    return switch (value) {
      case null -> JSON.nullNode();
      case Map<?, ?> map -> {
        var object = JSON.objectNode();
        map.forEach((key, inner) -> object.set(String.valueOf(key), tree(inner, depth + 1)));
        yield object;
      }
      case List<?> list -> {
        var array = JSON.arrayNode();
        list.forEach(inner -> array.add(tree(inner, depth + 1)));
        yield array;
      }
      case Boolean truth -> JSON.booleanNode(truth);
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      default -> JSON.textNode(value.toString());
    };
  }
}
