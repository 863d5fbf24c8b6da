package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.util.Optional;
import java.util.UUID;

/// Who asks what to boot, and by which way the question came.
///
/// @param address the client's address when it has one already: its lease, or where its HTTP or
///   TFTP request came from
public record BootRequest(
    MacAddress mac,
    ClientArch arch,
    Stage stage,
    Optional<UUID> systemUuid,
    Optional<Inet4Address> address) {

  /// How far the client has come.
  public enum Stage {
    /// the firmware itself, by DHCP or proxy DHCP
    FIRMWARE,
    /// our loader runs and asks by DHCP for its script
    LOADER,
    /// the loader fetches its script: only now may a boot capability be minted into it
    SCRIPT
  }
}
