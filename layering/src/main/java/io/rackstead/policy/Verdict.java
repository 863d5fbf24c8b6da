package io.rackstead.policy;

import java.util.List;
import java.util.Optional;

/// What the table says of one machine.
///
/// @param line the one that took it
public record Verdict(Kind kind, Optional<Policy> line, String why) {
  public enum Kind {
    /// it may begin
    TAKES,
    /// it is the line's, and begins when its schedule opens
    WAITS,
    /// it would be the line's, but its disks hold data that nobody has given away
    HELD,
    /// no line wants it
    NONE,
    /// it was taken earlier and stays what it is
    STAYS,
    /// nothing to judge: it is somebody else's, or busy
    OUT
  }

  /// What one line said of it.
  public record Word(String line, boolean took, String why) {}

  /// A verdict with what each line said, down to the one that took it and those below it.
  public record Explained(Verdict verdict, List<Word> words) {
    public Explained {
      words = List.copyOf(words);
    }
  }

  public String lineName() {
    return line.map(Policy::name).orElse("");
  }
}
