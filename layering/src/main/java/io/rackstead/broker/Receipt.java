package io.rackstead.broker;

import java.util.HashMap;
import java.util.Map;

/// What the layer above answered that it has to be asked with later.
///
/// @param kept what was extracted from its answers, by name
public record Receipt(Map<String, String> kept) {
  public static final Receipt NONE = new Receipt(Map.of());

  public Receipt {
    kept = Map.copyOf(kept);
  }

  /// Without what another has.
  public Receipt without(Receipt other) {
    var own = new HashMap<>(kept);
    own.keySet().removeAll(other.kept.keySet());
    return new Receipt(own);
  }

  /// With what another brought; its word counts where both say something.
  public Receipt and(Receipt other) {
    var all = new HashMap<>(kept);
    all.putAll(other.kept);
    return new Receipt(all);
  }
}
