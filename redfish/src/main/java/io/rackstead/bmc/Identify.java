package io.rackstead.bmc;

import java.time.Duration;

/// Facet: the lamp that shows a person which server is meant.
public interface Identify {
  /// Lights it for that long, as far as the BMC can count; zero puts it out.
  void light(Duration time);
}
