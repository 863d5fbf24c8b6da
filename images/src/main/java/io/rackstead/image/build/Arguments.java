package io.rackstead.image.build;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The words of a command line, and its options.
record Arguments(List<String> words, Map<String, String> options) {
  private static final Set<String> VALUED =
      Set.of(
          "--mirror",
          "--suite",
          "--compress",
          "--agent",
          "--name",
          "--include",
          "--overlay",
          "--root-partition",
          "--filesystem",
          "--reports-by",
          "--arch");
  private static final Set<String> FLAGS = Set.of("--non-free-firmware", "--help");

  static Arguments parse(List<String> args) {
    var words = new ArrayList<String>();
    var options = new HashMap<String, String>();
    for (int i = 0; i < args.size(); i++) {
      var arg = args.get(i);
      int equals = arg.indexOf('=');
      var name = arg.startsWith("--") && equals > 0 ? arg.substring(0, equals) : arg;
      if (!name.startsWith("-")) {
        words.add(arg);
      } else if (FLAGS.contains(name) || name.equals("-h")) {
        options.put(name.equals("-h") ? "--help" : name, "");
      } else if (!VALUED.contains(name)) {
        throw new IllegalArgumentException("unknown option " + name + ": images --help lists them");
      } else if (equals > 0) {
        options.put(name, arg.substring(equals + 1));
      } else if (i + 1 < args.size()) {
        options.put(name, args.get(++i));
      } else {
        throw new IllegalArgumentException(name + " needs a value");
      }
    }
    return new Arguments(List.copyOf(words), Map.copyOf(options));
  }

  boolean help() {
    return words.isEmpty() || options.containsKey("--help");
  }

  String word(int index, String what) {
    if (index >= words.size()) {
      throw new IllegalArgumentException("say " + what + " (images --help)");
    }
    return words.get(index);
  }

  void noMoreThan(int count) {
    if (words.size() > count) {
      throw new IllegalArgumentException("too many words, from " + words.get(count) + " on");
    }
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  boolean flag(String name) {
    return options.containsKey(name);
  }

  Architecture architecture() {
    return option("--arch").map(Architecture::parse).orElse(Architecture.AMD64);
  }

  EphemeralBuilder.Packing packing() {
    return option("--compress")
        .map(text ->
            new EphemeralBuilder.Packing(
                text.equals("none") ? 0 : number("--compress", text, 1, 19)))
        .orElse(EphemeralBuilder.Packing.DEFAULT);
  }

  Optional<Path> agent() {
    return option("--agent").map(Path::of);
  }

  /// Empty where it is not said: then the image is looked at.
  Optional<Image.Root> root() {
    return option("--root-partition")
        .map(text -> number("--root-partition", text, 0, 128))
        .map(partition ->
            new Image.Root(
                partition == 0 ? Optional.empty() : Optional.of(partition),
                option("--filesystem").orElse("ext4")));
  }

  Image.ReportsBy reportsBy() {
    var who = option("--reports-by").orElse("cloud-init");
    return switch (who) {
      case "cloud-init" -> Image.ReportsBy.CLOUD_INIT;
      case "ignition" -> Image.ReportsBy.IGNITION;
      case "agent" -> Image.ReportsBy.AGENT;
      default ->
          throw new IllegalArgumentException(
              "--reports-by is cloud-init, ignition or agent, got " + who);
    };
  }

  private static int number(String option, String text, int least, int most) {
    if (text.matches("[0-9]{1,3}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        "%s is a number from %d to %d, got %s".formatted(option, least, most, text));
  }
}
