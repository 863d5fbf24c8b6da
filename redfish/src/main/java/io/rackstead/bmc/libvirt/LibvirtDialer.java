package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import java.util.List;

/// Dials virtual servers: what switches one is its host's libvirt.
public final class LibvirtDialer implements BmcDialer {
  private final Libvirt libvirt;
  private final BmcTrace trace;

  public LibvirtDialer(Libvirt libvirt, BmcTrace trace) {
    this.libvirt = libvirt;
    this.trace = trace;
  }

  @Override
  public Bmc dial(BmcAddress address, BmcCredentials credentials) {
    var host = libvirt.open(address, credentials, trace);
    try {
      return new LibvirtBmc(address, host, chosen(address, host));
    } catch (RuntimeException e) {
      host.close();
      throw e;
    }
  }

  private static VirtualServer chosen(BmcAddress address, Hypervisor host) {
    if (!address.system().isEmpty()) {
      if (!Command.harmless(address.system())) {
        throw new BmcException(
            PROTOCOL, address, "a server on it is named by its UUID, or a name like that");
      }
      return host.server(address.system());
    }
    var all = host.servers();
    if (all.size() != 1) {
      throw new BmcException(
          PROTOCOL,
          address,
          "has %d servers: say which one by its UUID, as %s"
              .formatted(all.size(), address.withSystem("UUID")));
    }
    return host.server(all.getFirst());
  }

  @Override
  public List<String> systems(BmcAddress address, BmcCredentials credentials) {
    try (var host = libvirt.open(address, credentials, trace)) {
      return host.servers();
    }
  }
}
