package io.rackstead.broker;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// A machine as the layer above is told of it: a public document, apart from how we keep it.
///
/// @param id the same however often it is sent; whoever receives it twice has received it once
/// @param machine `id`, `hostname`, `fqdn`, `addresses`, `macs`, `role`, `zone`, `pool`, `tags`, …
/// @param bmc for layers that switch it themselves
public record Handover(String id, ObjectNode machine, Bmc bmc) {
  public Handover(String id, ObjectNode machine) {
    this(id, machine, Bmc.NONE);
  }

  /// A management controller; empty texts where there is none.
  ///
  /// @param protocol `ipmi`, `redfish`, …
  /// @param password never shown
  public record Bmc(
      String protocol, String address, String host, String port, String user, String password) {
    public static final Bmc NONE = new Bmc("", "", "", "", "", "");

    public Bmc withoutPassword() {
      return new Bmc(protocol, address, host, port, user, password.isEmpty() ? "" : "••••••");
    }

    @Override
    public String toString() {
      return protocol + " " + host;
    }
  }
}
