package io.rackstead.machine;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Names for machines that nobody has named yet, and what a name may look like (RFC 1123 §2.1).
public final class Hostnames {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final List<String> FIRST =
      List.of(
          "amber", "brave", "calm", "clever", "crisp", "eager", "fair", "fast", "gentle", "glad",
          "keen", "kind", "lively", "lucky", "mild", "neat", "noble", "proud", "quick", "quiet",
          "ready", "sharp", "solid", "steady", "sunny", "swift", "tidy", "warm", "wise", "witty");
  private static final List<String> SECOND =
      List.of(
          "badger", "beaver", "crane", "dolphin", "eagle", "falcon", "finch", "fox", "gecko",
          "hare", "heron", "ibex", "jay", "kite", "koala", "lark", "lynx", "marten", "otter", "owl",
          "panda", "puffin", "raven", "robin", "seal", "stork", "swan", "tern", "viper", "wren");

  private Hostnames() {}

  static String next(RandomGenerator random, Predicate<String> taken) {
    for (int tries = 0; ; tries++) {
      var name =
          FIRST.get(random.nextInt(FIRST.size())) + "-" + SECOND.get(random.nextInt(SECOND.size()));
      if (tries > 50) {
        name += "-" + Integer.toString(random.nextInt(36 * 36 * 36), 36);
      }
      if (!taken.test(name)) {
        return name;
      }
    }
  }

  public static boolean valid(String name) {
    return LABEL.matcher(name).matches();
  }
}
