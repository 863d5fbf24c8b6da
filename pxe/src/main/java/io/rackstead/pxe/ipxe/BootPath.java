package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;

/// How a client gets to what was decided: firmware → our loader → its script → the decision. Pure.
public final class BootPath {
  /// A name that nobody serves. A firmware that is handed it over TFTP hears "not found" within one
  /// round trip and goes on to its next boot device, where without any boot file EDK2 and most BIOS
  /// agents go on asking for a minute.
  public static final String LEAVE_THE_NETWORK = "local-disk";

  private BootPath() {}

  /// What DHCP tells the client to fetch next.
  public static Step next(
      BootRequest request, BootDecision decision, BootServer server, Loaders loaders) {
    return switch (decision) {
      case BootDecision.Ignore(var reason) -> new Step.Nothing(reason);
      case BootDecision.LocalDisk _ -> leave(request, server);
      case BootDecision.Linux _ -> forward(request, server, loaders);
    };
  }

  private static Step leave(BootRequest request, BootServer server) {
    if (request.stage() != Stage.FIRMWARE) {
      return new Step.Fetch(server.scriptUrl(request));
    }
    return request.arch().http()
        ? new Step.Fetch(server.url(LEAVE_THE_NETWORK))
        : new Step.Fetch(LEAVE_THE_NETWORK);
  }

  private static Step forward(BootRequest request, BootServer server, Loaders loaders) {
    if (request.stage() != Stage.FIRMWARE) {
      return new Step.Fetch(server.scriptUrl(request));
    }
    return loaders
        .nameFor(request.arch())
        .map(name -> request.arch().http() ? server.url(name) : name)
        .<Step>map(Step.Fetch::new)
        .orElseGet(() -> new Step.Nothing("no loader for firmware " + request.arch()));
  }

  /// The next thing to fetch.
  public sealed interface Step {
    /// @param bootFile a name for TFTP, or a URL
    record Fetch(String bootFile) implements Step {}

    /// No boot file for this client, and why.
    record Nothing(String reason) implements Step {}
  }
}
