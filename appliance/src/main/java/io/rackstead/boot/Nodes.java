package io.rackstead.boot;

import io.rackstead.access.NodeSignature;
import io.rackstead.agent.Capabilities;
import io.rackstead.agent.Capability;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import java.time.InstantSource;

/// Which machine asks the metadata service. Its token is the capability to report of its
/// deployment: consumer key its id, token key the epoch, token secret the capability; it ends with
/// the deployment.
final class Nodes {
  private final Machines machines;
  private final Capabilities capabilities;
  private final InstantSource clock;

  Nodes(Machines machines, Capabilities capabilities, InstantSource clock) {
    this.machines = machines;
    this.capabilities = capabilities;
    this.clock = clock;
  }

  /// By a signature.
  Machine signed(Request request) {
    var signature = NodeSignature.of(request, clock.instant());
    return capabilities
        .find(signature.secret())
        .filter(found -> found.kind() == Capability.Kind.REPORT)
        .filter(found -> Long.toString(found.epoch()).equals(signature.token()))
        .flatMap(found -> found.machine().flatMap(machines::find).filter(m -> current(m, found)))
        .filter(machine -> machine.id().text().equals(signature.consumer()))
        .orElseThrow(() -> new Problem(403, "Not authenticated as a known node."));
  }

  /// By the capability itself, at the end of an address that only the machine's own seed names.
  Machine bearing(String text) {
    var capability =
        capabilities
            .find(text)
            .filter(found -> found.kind() == Capability.Kind.REPORT)
            .orElseThrow(() -> new Problem(404, "no such report"));
    return capability
        .machine()
        .flatMap(machines::find)
        .filter(found -> current(found, capability))
        .orElseThrow(() -> new Problem(410, "this report is of an older deployment"));
  }

  private static boolean current(Machine machine, Capability capability) {
    return machine.epoch() == capability.epoch();
  }
}
