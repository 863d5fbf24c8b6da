package io.rackstead.agent;

import io.rackstead.machine.MachineId;
import io.rackstead.pxe.net.MacAddress;
import java.time.Instant;
import java.util.Optional;

/// A random 128-bit text that opens one thing for one machine: the only thing of the kind that a
/// boot script, a seed or a kernel line may carry.
///
/// @param machine empty for a client that nobody knows yet
/// @param address the client's address when it was minted; only from there it is good
public record Capability(
    String text,
    Optional<MachineId> machine,
    MacAddress mac,
    long epoch,
    Kind kind,
    String address,
    Instant expiresAt,
    Optional<Instant> usedAt) {
  public enum Kind {
    /// traded once by the agent for its token
    BOOT,
    /// the image's bytes, while it is being written
    IMAGE,
    /// the installed system's reports
    REPORT
  }

  public boolean goodAt(Instant now) {
    return now.isBefore(expiresAt);
  }
}
