package io.rackstead.pxe.lease;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// Which address for this client? A client is its hardware address: firmware, loader and operating
/// system of one machine send different client identifiers, and are to have one address.
///
/// Calls change memory at once and are cheap; what [#bind] promised is safe only after [#commit],
/// so many of them share one write to the disk.
public interface Leases {
  /// The address to offer, held for this client for a minute; empty when the network has none left.
  default Optional<Inet4Address> offer(
      MacAddress mac, Served network, Optional<Inet4Address> wanted) {
    return offer(mac, network, wanted, true);
  }

  /// The same for a client that may be a stranger: the last addresses of a large network are kept
  /// for machines on record.
  Optional<Inet4Address> offer(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known);

  /// What [#offer] would offer, without holding it.
  Optional<Inet4Address> look(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known);

  /// Why [#bind] would refuse; empty when it would not.
  Optional<String> objection(MacAddress mac, Served network, Inet4Address address);

  /// The client took another server's offer: ours is free again.
  void withdraw(MacAddress mac, Served network);

  /// Gives or prolongs a lease on just this address, or says why not. Not on disk yet.
  Binding bind(MacAddress mac, Served network, Inet4Address address);

  /// The lease that this client holds in the network, offered or expired ones included.
  Optional<Lease> of(MacAddress mac, Served network);

  /// Every address that it was given or promised, in any network.
  List<Lease> of(MacAddress mac);

  /// Who holds the address now.
  Optional<Lease> at(Inet4Address address);

  void release(MacAddress mac, Inet4Address address);

  /// The client found the address in use by a stranger. False when it is not believed: the address
  /// is not its own, or it has said so too often within the hour.
  boolean decline(MacAddress mac, Inet4Address address);

  /// Somebody was found on an address that nobody has. False when it is somebody's after all, or is
  /// set aside already.
  boolean occupied(MacAddress by, Inet4Address address);

  /// The addresses that newcomers to a network would get next, in that order.
  List<Inet4Address> next(Served network, int most);

  /// How full the ranges of a network are.
  Usage usage(Served network);

  /// Whether something is in memory that the disk does not have yet.
  boolean unwritten();

  /// How often a commit failed. Each undoes all new bindings that no commit had written before: who
  /// made one holds it only if this is the same afterwards as it was before.
  long failures();

  /// Writes what changed since the last call and waits until the disk has it. False: the disk did
  /// not take it, new bindings are undone and must not be acknowledged; prolonged ones still hold.
  /// Others may bind meanwhile; what they are promised is of the next call.
  boolean commit();

  List<Lease> list();

  /// @param used addresses that somebody has or was promised just now
  record Usage(long used, long size) {
    public boolean nearlyFull() {
      return size > 0 && used * 10 >= size * 9;
    }
  }

  /// The answer to a request for an address.
  sealed interface Binding {
    /// @param fresh true when the disk has to know it before the client does
    record Bound(Lease lease, boolean fresh) implements Binding {}

    record Refused(String reason) implements Binding {}
  }
}
