package io.rackstead.handover;

import java.util.Map;

/// Somewhere machines can be handed to: a broker with its values.
///
/// @param config without what is secret
public record Target(long id, String name, String broker, Map<String, String> config) {
  public Target {
    config = Map.copyOf(config);
  }
}
