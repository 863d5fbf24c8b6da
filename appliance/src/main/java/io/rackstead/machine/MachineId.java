package io.rackstead.machine;

import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// MAAS's `system_id`: six characters that are easy to read aloud.
public record MachineId(String text) implements Comparable<MachineId> {
  private static final String ALPHABET = "abcdefghkmnpqrstwxy3478";
  private static final Pattern TEXT = Pattern.compile("[0-9a-z]{4,12}");

  public MachineId {
    if (!TEXT.matcher(text).matches()) {
      throw new IllegalArgumentException("not a system_id: " + text);
    }
  }

  /// Empty where a text is no id at all.
  public static Optional<MachineId> parse(String text) {
    return TEXT.matcher(text).matches() ? Optional.of(new MachineId(text)) : Optional.empty();
  }

  public static MachineId next(RandomGenerator random) {
    var text = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new MachineId(text.toString());
  }

  @Override
  public int compareTo(MachineId other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
