package io.rackstead.pxe.grub;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.net.PrintableText;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A decision in GRUB's language. Each word stands in single quotes, in which GRUB reads nothing
/// else; a value that holds one, or a line end, is refused. Files are named without a device, so
/// they come as the script itself came, by TFTP or HTTP.
public final class GrubScript {
  private static final int MAX_WORD = 2000;

  private GrubScript() {}

  /// What every client reads first: which one it is, and on which processor, GRUB knows itself.
  static final String FIRST = "configfile /grub/${grub_cpu}/${net_default_mac}\n";

  /// @throws IllegalArgumentException when a value cannot be written; it names the value
  public static String of(BootDecision decision) {
    return switch (decision) {
      case BootDecision.Linux linux -> linux(linux);
      case BootDecision.LocalDisk _ -> "echo 'rackstead: starting from the local disk'\nexit\n";
      case BootDecision.Ignore(var reason) -> refusal(reason);
    };
  }

  private static String linux(BootDecision.Linux linux) {
    var words =
        Stream.concat(Stream.of("/" + linux.kernel()), linux.arguments().stream())
            .map(GrubScript::quoted)
            .collect(Collectors.joining(" "));
    var ramdisks =
        linux.initrds().stream().map(name -> quoted("/" + name)).collect(Collectors.joining(" "));
    var load = ramdisks.isEmpty() ? "true" : "initrd " + ramdisks;
    // one fetch that fails may be a switch port that is still waking; after three the firmware goes
    // on to its next entry
    return """
    echo 'rackstead: loading by the signed GRUB'
    for try in 1 2 3; do
      if linux %s; then
        if %s; then boot; fi
      fi
      echo 'rackstead: failed, trying again in 5 seconds'
      sleep 5
    done
    exit
    """
        .formatted(words, load);
  }

  private static String quoted(String word) {
    boolean plain =
        !word.isEmpty()
            && word.length() <= MAX_WORD
            && word.chars().allMatch(c -> c > ' ' && c < 127 && c != '\'');
    if (!plain) {
      throw new IllegalArgumentException(
          "a GRUB script cannot carry this as one word: " + PrintableText.of(word));
    }
    return "'" + word + "'";
  }

  /// What a script says when there is nothing to boot: on the console, where the operator stands.
  static String refusal(String reason) {
    var words = PrintableText.of(reason).replaceAll("[^A-Za-z0-9 .,:_/-]", "?");
    return "echo 'rackstead: nothing to boot: " + words + "'\nsleep 3\nexit\n";
  }
}
