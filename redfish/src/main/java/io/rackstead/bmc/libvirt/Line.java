package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.SerialConsole;

/// A way to a host's `virsh`.
interface Line extends AutoCloseable {
  /// More than any host's documents; what says more is cut off and refused.
  int MOST = 8 << 20;

  BmcAddress address();

  /// Runs one command within its limit; a [io.rackstead.bmc.BmcException] where it cannot be.
  Said run(Command command);

  /// Opens a server's serial console; a [io.rackstead.bmc.BmcException] says why there is none.
  SerialConsole.Stream console(String server, SerialConsole.Screen screen, boolean takeOver);

  /// Never throws.
  @Override
  void close();
}
