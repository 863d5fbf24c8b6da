package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/// What a node needs of its own to come in: files, and commands that its first start runs. It
/// becomes one shell script in which every value is data: file contents are encoded, arguments are
/// quoted.
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
    var lines = new ArrayList<String>();
    lines.add("#!/bin/sh");
    lines.add("# " + Template.line(title));
    lines.add("set -eu");
    lines.add("umask 077");
    lines.add(
        "put() { mkdir -p \"$(dirname \"$1\")\"; base64 -d >\"$1.new\"; chmod \"$2\" \"$1.new\"; mv -f \"$1.new\" \"$1\"; }");
    for (var file : files) {
      lines.add("put " + quoted(file.path()) + " " + file.mode() + " <<'END'");
      lines.add(Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(file.filled(values)));
      lines.add("END");
    }
    for (var command : filled(values)) {
      lines.add(String.join(" ", command.stream().map(NodePart::quoted).toList()));
    }
    var script = String.join("\n", lines) + "\n";
    if (script.length() > BYTES) {
      throw new BadBroker("the node's files come to more than " + (BYTES >> 10) + " KiB");
    }
    return script;
  }

  /// One argument, whatever stands in it.
  static String quoted(String word) {
    return "'" + word.replace("\0", "").replace("'", "'\\''") + "'";
  }
}
