package io.rackstead.vmhost;

import io.rackstead.bmc.libvirt.HostAbilities;
import io.rackstead.bmc.libvirt.HostFacts;
import io.rackstead.bmc.libvirt.Hypervisor;
import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.bmc.libvirt.Wire;
import java.util.List;
import java.util.Optional;

/// What a host said of itself when it was looked at.
///
/// @param abilities empty: it was not asked for them yet
/// @param usedCores what its servers have been promised, whoever made them
public record Seen(
    HostFacts facts,
    Optional<HostAbilities> abilities,
    List<StoragePool> pools,
    List<Wire> wires,
    int servers,
    int usedCores,
    long usedMemoryMib) {
  public Seen {
    pools = List.copyOf(pools);
    wires = List.copyOf(wires);
  }

  static Seen of(Hypervisor host) {
    var facts = host.facts();
    return of(host, facts, Optional.of(host.abilities(facts)));
  }

  /// Anew what its servers change: how much room there is.
  Seen again(Hypervisor host) {
    return of(host, host.facts(), abilities);
  }

  private static Seen of(Hypervisor host, HostFacts facts, Optional<HostAbilities> abilities) {
    int cores = 0;
    long memory = 0;
    var servers = host.servers();
    for (var uuid : servers) {
      var server = host.server(uuid);
      cores += server.cores();
      memory += server.memoryMib();
    }
    return new Seen(facts, abilities, host.pools(), host.wires(), servers.size(), cores, memory);
  }
}
