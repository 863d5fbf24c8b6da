package io.rackstead.broker.libvirt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/// Who keeps the hosts of virtual servers. What goes wrong is a
/// [io.rackstead.broker.BrokerException].
public interface VirtualHosts {
  /// One line for `authorized_keys`: who logs in there.
  String publicKey();

  /// Takes a host in once it has answered as that server, with that storage pool; asked again, it
  /// is the same one.
  ///
  /// @return its number
  String register(Joining joining);

  /// What it says of itself now; empty: it is not one of ours any more.
  Optional<JsonNode> look(String number);

  /// The names of our machines that run there.
  List<String> machinesOn(String number);

  /// Forgets it, and the key that it was known by.
  void forget(String number);

  /// Takes a step towards a host without machines of ours: those that are somebody's are released
  /// as anybody would release them, those that are free are removed. Asked again, it goes on.
  void evacuate(String number);

  /// @param uuid of its firmware; empty: not known
  record Joining(String name, String uuid, String address, String user, Pool pool) {}

  /// Where its servers' disks are made.
  ///
  /// @param group an LVM volume group that is there; empty: files in the folder
  record Pool(String name, String folder, String group) {}
}
