package io.rackstead.bmc.libvirt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// One command for `virsh`. What varies in it is a UUID or a name without a letter that any shell
/// or option parser knows; everything else goes in as a file, so nothing is ever quoted.
///
/// @param input a document that the command reads; empty: it reads none
record Command(Verb verb, List<String> arguments, String input) {
  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}");

  /// How every command names what it reads from us.
  private static final String FILE = "/dev/stdin";

  Command {
    arguments = List.copyOf(arguments);
    for (var argument : arguments) {
      if (!harmless(argument)) {
        throw new IllegalArgumentException(
            "virsh %s is given no \"%s\": letters, digits and _.:- only"
                .formatted(verb.words().getFirst(), Said.shown(argument)));
      }
    }
  }

  static boolean harmless(String argument) {
    return HARMLESS.matcher(argument).matches();
  }

  static Command of(Verb verb, String... arguments) {
    return new Command(verb, Arrays.asList(arguments), "");
  }

  static Command reading(Verb verb, String document, String... arguments) {
    return new Command(verb, Arrays.asList(arguments), document);
  }

  /// What comes after the program's own name.
  List<String> words(String uri) {
    var words = new ArrayList<>(List.of("-q", "-c", uri));
    words.addAll(verb.words());
    words.addAll(arguments);
    if (!input.isEmpty()) {
      words.add(FILE);
    }
    return words;
  }

  /// For people: without what it reads.
  @Override
  public String toString() {
    var words = new ArrayList<>(List.of("virsh", verb.words().getFirst()));
    words.addAll(arguments);
    return String.join(" ", words);
  }
}
