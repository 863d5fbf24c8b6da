package io.rackstead.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a line asks of a machine's facts: names with one or several values. The appliance brings
/// its rule language.
public interface Condition {
  boolean holds(Map<String, List<Fact>> facts);

  /// The first thing that is not so, in words; empty when it holds.
  Optional<String> objection(Map<String, List<Fact>> facts);
}
