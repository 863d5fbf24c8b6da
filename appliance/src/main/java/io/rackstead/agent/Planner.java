package io.rackstead.agent;

import io.rackstead.machine.Machine;
import io.rackstead.store.Tx;
import java.util.List;
import java.util.function.Consumer;

/// Knows what the agent shall do for a purpose; asked once for each epoch and purpose.
@FunctionalInterface
public interface Planner {
  /// @param address the agent's, which capabilities are bound to
  Answer plan(Machine machine, Purpose purpose, String address);

  sealed interface Answer {}

  /// @param also what must be written in the same transaction: capabilities, a fresh password
  record Steps(List<Step.Draft> drafts, Consumer<Tx> also) implements Answer {
    public Steps {
      drafts = List.copyOf(drafts);
    }
  }

  record Impossible(String why) implements Answer {}
}
