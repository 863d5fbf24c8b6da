package io.rackstead.bmc;

import java.net.URI;
import java.util.List;

/// Facet: which firmware is installed, and newer one from a URL.
public interface Firmware {
  List<Component> installed();

  /// Lets the BMC fetch and install it, which takes minutes; what [#progress] is asked with. Empty
  /// where the BMC was done at once or tells nothing of how it goes.
  String update(URI image);

  Progress progress(String task);

  record Component(String id, String name, String version, boolean updateable) {}

  /// @param state in the standard's own word: `Running`, `Completed`, `Exception`, …
  /// @param percent -1 where the BMC does not say
  record Progress(String state, int percent, String message) {}
}
