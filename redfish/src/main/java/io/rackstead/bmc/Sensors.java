package io.rackstead.bmc;

import java.util.List;

/// Facet: what is measured in the server.
public interface Sensors {
  List<Reading> read();

  enum Kind {
    TEMPERATURE,
    FAN,
    POWER
  }

  /// @param unit `°C`, `RPM`, `%`, `W`
  /// @param health in the standard's own word, `OK`, `Warning`, `Critical`; empty where unknown
  record Reading(Kind kind, String name, double value, String unit, String health) {}
}
