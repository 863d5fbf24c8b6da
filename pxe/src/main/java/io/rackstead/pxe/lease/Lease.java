package io.rackstead.pxe.lease;

import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.time.Instant;

/// One address and who has it.
///
/// @param since when this client got it first
/// @param until when it may go to another
public record Lease(MacAddress mac, Inet4Address address, Kind kind, Instant since, Instant until) {
  /// What an address is taken for.
  public enum Kind {
    /// acknowledged, and on disk before the client heard of it
    BOUND,
    /// promised in an offer, in memory only
    OFFERED,
    /// given back; kept so that the same client gets it again
    RELEASED,
    /// a client found somebody else on it: nobody gets it until the time is over
    QUARANTINED,
    /// somebody sits on it who never asked for it: nobody else gets it until the time is over
    OCCUPIED
  }

  public boolean activeAt(Instant now) {
    return kind != Kind.RELEASED && until.isAfter(now);
  }
}
