package io.rackstead.appliance;

import io.rackstead.appliance.Config.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads the configuration: default, then `appliance.yaml` in the data folder, then the
/// environment, then flags; the later wins. A name that is not known stops the start and shows the
/// nearest one.
final class ConfigReader {
  private final Map<Key, String> origins = new EnumMap<>(Key.class);
  private Config config = Config.DEFAULT;

  private ConfigReader() {}

  /// @param origins where each key that was set came from
  record Read(Config config, Map<Key, String> origins) {
    String print() {
      var text = new StringBuilder("data = " + config.data() + "\n");
      for (var key : Key.values()) {
        text.append(
            "%s = %s  (%s)%n"
                .formatted(key.text(), config.text(key), origins.getOrDefault(key, "default")));
      }
      return text.toString();
    }
  }

  static Read read(List<String> flags, Map<String, String> environment) throws IOException {
    var reader = new ConfigReader();
    var given = reader.flags(flags);
    reader.config =
        reader.config.withData(
            Path.of(given.data().orElse(environment.getOrDefault("RACKSTEAD_DATA", "data"))));
    reader.file(reader.config.data().resolve("appliance.yaml"));
    reader.environment(environment);
    given.settings().forEach(setting -> reader.set(setting.key(), setting.values(), "flag"));
    return new Read(reader.config, reader.origins);
  }

  private record Setting(Key key, List<String> values) {}

  private record Flags(java.util.Optional<String> data, List<Setting> settings) {}

  private Flags flags(List<String> flags) {
    java.util.Optional<String> data = java.util.Optional.empty();
    var settings = new EnumMap<Key, List<String>>(Key.class);
    for (int i = 0; i < flags.size(); i++) {
      var flag = flags.get(i);
      if (!flag.startsWith("--")) {
        throw new IllegalArgumentException("what is '" + flag + "'? see --help");
      }
      int is = flag.indexOf('=');
      var name = is < 0 ? flag.substring(2) : flag.substring(2, is);
      if (is < 0 && i + 1 == flags.size()) {
        throw new IllegalArgumentException(flag + " wants a value");
      }
      var value = is < 0 ? flags.get(++i) : flag.substring(is + 1);
      if (name.equals("data")) {
        data = java.util.Optional.of(value);
      } else {
        settings.computeIfAbsent(key(name), _ -> new ArrayList<>()).add(value);
      }
    }
    return new Flags(
        data,
        settings.entrySet().stream().map(e -> new Setting(e.getKey(), e.getValue())).toList());
  }

  private void file(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    Object read;
    try {
      read =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromString(Files.readString(file));
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(file + " is not YAML: " + e.getMessage(), e);
    }
    if (read != null) {
      entries("", read, file.toString());
    }
  }

  private void entries(String prefix, Object node, String from) {
    if (node instanceof Map<?, ?> map) {
      map.forEach((name, value) ->
          entries(prefix.isEmpty() ? name.toString() : prefix + "." + name, value, from));
    } else if (node instanceof List<?> list) {
      set(key(prefix), list.stream().map(Object::toString).toList(), from);
    } else if (node != null) {
      set(key(prefix), List.of(node.toString()), from);
    }
  }

  private void environment(Map<String, String> environment) {
    for (var key : Key.values()) {
      var name = "RACKSTEAD_" + key.text().replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
      var value = environment.get(name);
      if (value != null) {
        set(key, Arrays.asList(value.split(";")), name);
      }
    }
  }

  private void set(Key key, List<String> values, String from) {
    try {
      if (key == Key.NETWORK) {
        config =
            new Config(
                config.data(),
                config.http(),
                config.pxe(),
                List.of(),
                config.accept(),
                config.bmcUser(),
                config.effort(),
                config.plaintextFrom(),
                config.brake(),
                config.dns(),
                config.database(),
                config.keepConsoles());
      }
      for (var value : values) {
        config = config.with(key, value);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(from + ": " + key.text() + ": " + e.getMessage(), e);
    }
    origins.put(key, from);
  }

  private static Key key(String name) {
    for (var key : Key.values()) {
      if (key.text().equals(name)) {
        return key;
      }
    }
    var nearest =
        Arrays.stream(Key.values())
            .min(Comparator.comparingInt(key -> distance(key.text(), name)))
            .orElseThrow();
    throw new IllegalArgumentException(
        "there is no setting '" + name + "'; the nearest is '" + nearest.text() + "'");
  }

  /// Levenshtein's distance.
  private static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        corner = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
