package io.rackstead.policy;

import io.rackstead.policy.Policy.Trigger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A machine as the table sees it.
///
/// @param asked why the table is asked about it, or would be
/// @param place in the queue of those that wait to be taken; the lesser is judged first
/// @param data what lies on its disks that nobody has given away
/// @param line the line whose it is, or was; counts while it is [Standing#BOUND]
public record Subject(
    String id,
    String name,
    Standing standing,
    Trigger asked,
    long place,
    Map<String, List<Fact>> facts,
    List<String> data,
    String line) {
  /// The place of those that do not wait.
  public static final long IDLE = Long.MAX_VALUE;

  static final Comparator<Subject> ORDER =
      Comparator.comparingLong(Subject::place).thenComparing(Subject::id);

  public enum Standing {
    /// seen, and not accepted yet
    NEWCOMER,
    /// inspected, and nobody's
    FREE,
    /// a line has taken it
    BOUND,
    /// somebody else's, or busy, or held
    OUT
  }
}
