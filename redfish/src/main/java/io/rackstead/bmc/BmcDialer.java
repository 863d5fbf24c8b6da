package io.rackstead.bmc;

import java.util.List;

/// Opens a session with a BMC, or says with a [BmcException] why there is none.
public interface BmcDialer {
  Bmc dial(BmcAddress address, BmcCredentials credentials);

  /// The systems behind an address, each as [BmcAddress#system] names it. What holds one server
  /// only answers with one empty text, and without being asked.
  default List<String> systems(BmcAddress address, BmcCredentials credentials) {
    return List.of("");
  }
}
