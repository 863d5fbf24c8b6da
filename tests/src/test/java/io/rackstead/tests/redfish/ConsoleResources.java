package io.rackstead.tests.redfish;

import static io.rackstead.tests.redfish.Resources.V1;
import static io.rackstead.tests.redfish.Resources.link;
import static io.rackstead.tests.redfish.Resources.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.tests.redfish.SimulatedRedfish.Console;

/// Where a service speaks of its serial console, in the newer way and in the older one.
record ConsoleResources(SimulatedRedfish.Behaviour behaviour) {
  /// ComputerSystem, since 1.13
  void intoSystem(ObjectNode system) {
    if (behaviour.console == Console.AT_SYSTEM) {
      var console = system.putObject("SerialConsole").put("MaxConcurrentSessions", 15);
      console
          .putObject("SSH")
          .put("ServiceEnabled", behaviour.sshOn)
          .put("Port", behaviour.sshPort)
          .put("HotKeySequenceDisplay", "Press ~. to exit console");
    }
  }

  /// Manager, until 1.10
  void intoManager(ObjectNode manager) {
    manager.set("NetworkProtocol", link(V1 + "/Managers/BMC/NetworkProtocol"));
    if (behaviour.console == Console.AT_MANAGER || behaviour.console == Console.BY_IPMI) {
      var console = manager.putObject("SerialConsole").put("ServiceEnabled", true);
      var types = console.put("MaxConcurrentSessions", 1).putArray("ConnectTypesSupported");
      types.add("IPMI");
      if (behaviour.console == Console.AT_MANAGER) {
        types.add("SSH");
      }
    }
  }

  ObjectNode networkProtocol() {
    var node =
        resource(
            V1 + "/Managers/BMC/NetworkProtocol",
            "ManagerNetworkProtocol.v1_10_0.ManagerNetworkProtocol",
            "NetworkProtocol",
            "Network Protocol");
    node.putObject("SSH").put("ProtocolEnabled", behaviour.sshOn).put("Port", behaviour.sshPort);
    return node;
  }
}
