package io.rackstead.machine;

import java.time.Instant;
import java.util.Optional;

/// Where a machine stands in its lifecycle.
///
/// @param previous where it goes back to after a test, rescue mode or an abort
/// @param epoch counts the intents (commission, deploy, release, …); work for an older one is
///   dropped
/// @param deadline when the busy state fails unless there is a sign of life
/// @param message the latest word on it, for the operator
public record Standing(
    State state,
    Optional<State> previous,
    long epoch,
    Instant since,
    Optional<Instant> deadline,
    String message) {
  public Standing withMessage(String newMessage) {
    return new Standing(state, previous, epoch, since, deadline, newMessage);
  }

  public Standing withDeadline(Instant newDeadline) {
    return new Standing(state, previous, epoch, since, Optional.of(newDeadline), message);
  }
}
