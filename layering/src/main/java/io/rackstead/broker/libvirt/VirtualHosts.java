package io.rackstead.broker.libvirt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/// Who keeps the hosts of virtual servers. What goes wrong is a
/// [io.rackstead.broker.BrokerException].
public interface VirtualHosts {
  /// One line for `authorized_keys`: who logs in there.
  String publicKey();

  /// Takes a host in once it has answered as that server, with a storage pool in that folder; asked
  /// again, it is the same one.
  ///
  /// @return its number
  String register(Joining joining);

  /// What it says of itself now; empty: it is not one of ours any more.
  Optional<JsonNode> look(String number);

  /// The names of our machines that run there.
  List<String> machinesOn(String number);

  /// Forgets it, and the key that it was known by.
  void forget(String number);

  /// @param uuid of its firmware; empty: not known
  record Joining(
      String name, String uuid, String address, String user, String poolName, String poolFolder) {}
}
