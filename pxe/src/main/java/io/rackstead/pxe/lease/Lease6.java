package io.rackstead.pxe.lease;

import io.rackstead.pxe.lease.Lease.Kind;
import java.net.Inet6Address;
import java.time.Instant;

/// One IPv6 address and who has it. As [Lease], but nothing is held for an offer: a client that
/// takes one up may be given another address (RFC 8415 §18.3.2).
public record Lease6(
    Client6 client, Inet6Address address, Kind kind, Instant since, Instant until) {
  public boolean activeAt(Instant now) {
    return kind != Kind.RELEASED && until.isAfter(now);
  }
}
