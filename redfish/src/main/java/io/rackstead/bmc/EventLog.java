package io.rackstead.bmc;

import java.util.List;

/// Facet: what the BMC wrote down of the server's life (SEL).
public interface EventLog {
  /// The newest ones, in the BMC's order.
  List<Entry> entries(int most);

  void clear();

  /// @param created the BMC's clock, which may be wrong, as it writes it
  record Entry(String id, String created, String severity, String message) {}
}
