package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.broker.FirstStart;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// What a node needs of its own to come in: files, and commands that its first start runs.
///
/// @param commands each with its arguments, all of them templates
public record NodePart(List<File> files, List<List<String>> commands) {
  static final NodePart NONE = new NodePart(List.of(), List.of());
  private static final int BYTES = 512 << 10;

  /// Texts that people or firmware wrote are for trees alone, where they are encoded; these are
  /// harmless by what they are made of.
  static final Set<String> HARMLESS =
      Set.of("machine.id", "machine.hostname", "machine.address", "machine.uuid", "machine.arch");

  public NodePart {
    files = List.copyOf(files);
    commands = List.copyOf(commands);
  }

  /// @param content a text, or a tree that is written as JSON (which YAML readers take)
  public record File(String path, String mode, JsonNode content) {
    byte[] filled(JsonNode values) {
      var text =
          content.isTextual()
              ? Template.file(content.asText(), values)
              : Template.tree(content, values).toPrettyString() + "\n";
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  boolean nothing() {
    return files.isEmpty() && commands.isEmpty();
  }

  List<List<String>> filled(JsonNode values) {
    return commands.stream()
        .map(words -> words.stream().map(word -> Template.plain(word, values)).toList())
        .toList();
  }

  /// [BadBroker] where it becomes larger than a first start should carry.
  String script(String title, JsonNode values) {
    if (nothing()) {
      return "";
    }
    var filled =
        new FirstStart(
            files.stream()
                .map(file -> new FirstStart.File(file.path(), file.mode(), file.filled(values)))
                .toList(),
            filled(values));
    var script = filled.script(Template.line(title));
    if (script.length() > BYTES) {
      throw new BadBroker("the node's files come to more than " + (BYTES >> 10) + " KiB");
    }
    return script;
  }
}
