package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.BootRequest.Stage;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.board.BoardPages;
import java.util.Optional;

/// How a client gets to what was decided: firmware → our loader → its script → the decision. Pure.
public final class BootPath {
  /// A name that nobody serves. A firmware that is handed it over TFTP hears "not found" within one
  /// round trip and goes on to its next boot device, where without any boot file EDK2 and most BIOS
  /// agents go on asking for a minute.
  public static final String LEAVE_THE_NETWORK = "local-disk";

  /// What U-Boot is told: its `pxe` command looks for pxelinux.cfg beside this, which nobody
  /// serves.
  static final String BESIDE_THIS = "pxelinux.0";

  /// What the boot ROM of a Raspberry Pi fetches whatever it is told.
  static final String FIRST_OF_A_PI = "bootcode.bin";

  private BootPath() {}

  /// What DHCP tells the client to fetch next, by iPXE.
  public static Step next(
      BootRequest request, BootDecision decision, BootServer server, Loaders loaders) {
    return next(request, decision, server, loaders, LoaderChain.IPXE);
  }

  /// What DHCP tells the client to fetch next.
  public static Step next(
      BootRequest request,
      BootDecision decision,
      BootServer server,
      Loaders loaders,
      LoaderChain chain) {
    return switch (decision) {
      case BootDecision.Ignore(var reason) -> new Step.Nothing(reason);
      case BootDecision.LocalDisk _ -> leave(request, server);
      case BootDecision.Linux _ ->
          chain == LoaderChain.SIGNED_GRUB
                  && request.stage() == Stage.FIRMWARE
                  && request.arch().uefi()
              ? signed(request, server, loaders)
              : forward(request, server, loaders);
    };
  }

  private static Step signed(BootRequest request, BootServer server, Loaders loaders) {
    return loaders
        .signedFor(request.arch())
        .map(name -> request.arch().http() ? server.url(name) : name)
        .<Step>map(Step.Fetch::new)
        .orElseGet(() ->
            new Step.Nothing(
                "no signed loader for firmware "
                    + request.arch()
                    + ": appliance/run images build loaders, or install the Debian packages shim-signed and"
                    + " grub-efi-amd64-signed"));
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
    return firstFile(request, loaders)
        .map(name -> request.arch().http() ? server.url(name) : name)
        .<Step>map(Step.Fetch::new)
        .orElseGet(() -> new Step.Nothing("no loader for firmware " + request.arch()));
  }

  private static Optional<String> firstFile(BootRequest request, Loaders loaders) {
    return switch (request.arch().firmware()) {
      case BIOS, UEFI -> loaders.nameFor(request.arch());
      case U_BOOT -> Optional.of(BESIDE_THIS);
      case OPAL -> Optional.of(BoardPages.nameFor(request.mac()));
      case RASPBERRY_PI -> Optional.of(FIRST_OF_A_PI);
      case NONE_OF_THESE -> Optional.empty();
    };
  }

  /// The next thing to fetch.
  public sealed interface Step {
    /// @param bootFile a name for TFTP, or a URL
    record Fetch(String bootFile) implements Step {}

    /// No boot file for this client, and why.
    record Nothing(String reason) implements Step {}
  }
}
