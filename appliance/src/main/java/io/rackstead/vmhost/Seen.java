package io.rackstead.vmhost;

import io.rackstead.bmc.libvirt.HostFacts;
import io.rackstead.bmc.libvirt.Hypervisor;
import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.bmc.libvirt.Wire;
import java.util.List;

/// What a host said of itself when it was looked at.
///
/// @param usedCores what its servers have been promised, whoever made them
public record Seen(
    HostFacts facts,
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
    int cores = 0;
    long memory = 0;
    var servers = host.servers();
    for (var uuid : servers) {
      var server = host.server(uuid);
      cores += server.cores();
      memory += server.memoryMib();
    }
    return new Seen(host.facts(), host.pools(), host.wires(), servers.size(), cores, memory);
  }
}
