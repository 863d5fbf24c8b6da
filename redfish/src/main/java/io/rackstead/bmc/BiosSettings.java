package io.rackstead.bmc;

import java.util.Map;

/// Facet: the settings of the firmware, by the vendor's own names.
public interface BiosSettings {
  Map<String, String> current();

  /// What will be other than now after the next start.
  Map<String, String> pending();

  /// Lays changes ready; they come into force when the server starts next.
  void stage(Map<String, String> changes);
}
