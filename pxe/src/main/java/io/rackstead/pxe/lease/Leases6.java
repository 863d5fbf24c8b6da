package io.rackstead.pxe.lease;

import io.rackstead.pxe.Served6;
import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;

/// Which IPv6 address for this client? The same promise as [Leases]: what [#bind] gave is safe only
/// after [#commit].
public interface Leases6 {
  /// The address that this client would get now: its reservation, the one it had, the one it asks
  /// for, a free one that follows from who it is.
  Optional<Inet6Address> choose(Client6 client, Served6 network, Optional<Inet6Address> wanted);

  /// Gives or prolongs the best address, or says why there is none. Not on disk yet.
  Binding bind(Client6 client, Served6 network, Optional<Inet6Address> wanted);

  /// The lease that this client holds there, expired or given back ones included.
  Optional<Lease6> of(Client6 client, Served6 network);

  Optional<Lease6> at(Inet6Address address);

  /// False when it is not this client's.
  boolean release(Client6 client, Inet6Address address);

  /// The client found somebody else on it. False when it is not this client's, or it has said so
  /// too often within the hour.
  boolean decline(Client6 client, Inet6Address address);

  boolean unwritten();

  /// Writes what changed and waits for the disk. False: new bindings are undone.
  boolean commit();

  List<Lease6> list();

  /// The answer to a request for an address.
  sealed interface Binding {
    /// @param fresh true when the disk has to know it before the client does
    record Bound(Lease6 lease, boolean fresh) implements Binding {}

    record Refused(String reason) implements Binding {}
  }
}
