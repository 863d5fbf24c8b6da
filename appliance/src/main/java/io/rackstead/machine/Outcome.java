package io.rackstead.machine;

import java.util.List;

/// What came of an event: a move with its work, or a refusal in words. Refusing is an answer, not
/// an error.
public sealed interface Outcome {
  record Moved(Machine machine, List<Task> tasks) implements Outcome {
    public Moved {
      tasks = List.copyOf(tasks);
    }
  }

  /// @param reason for people: `ready cannot be released: …`
  record Refused(Machine machine, String reason) implements Outcome {}
}
