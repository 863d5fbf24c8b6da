package io.rackstead.broker;

import java.util.Map;

/// What the layer above answered that it has to be asked with later.
///
/// @param kept what was extracted from its answers, by name
public record Receipt(Map<String, String> kept) {
  public static final Receipt NONE = new Receipt(Map.of());

  public Receipt {
    kept = Map.copyOf(kept);
  }
}
