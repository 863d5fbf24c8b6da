package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;

/// What the appliance should note once an answer has left. Data: deciding changes nothing.
public sealed interface BootEffect {
  /// A client that nobody knows wants to boot.
  record Seen(MacAddress mac, ClientArch arch) implements BootEffect {}

  /// A known machine was handed its boot script: counted, so that a boot loop is found.
  record Booting(String machine, long epoch, String capability) implements BootEffect {}
}
