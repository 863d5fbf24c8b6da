package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What happened on the boot path, told after the answer has left. Calls return at once and never
/// throw; the appliance puts them on its timeline.
public interface BootJournal {
  void effects(List<BootEffect> effects);

  void trace(Trace trace);

  /// One packet or fetch. `text` is for the operator and already printable.
  ///
  /// @param source `dhcp`, `proxydhcp`, `tftp` or `http`
  /// @param rule the rule that chose the answer, empty where none was asked
  record Trace(
      String source,
      Optional<MacAddress> mac,
      Optional<InetAddress> client,
      String text,
      String rule) {}
}
