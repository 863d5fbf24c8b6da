package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BootOverride;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.Inventory;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.SerialConsole;
import java.util.LinkedHashMap;
import java.util.Optional;

/// One virtual server, switched by its host. Its UUID is also what its own firmware tells
/// (formatdomain, "SMBIOS System Information"), so it is known again when it boots.
final class LibvirtBmc implements Bmc {
  private final BmcAddress address;
  private final Hypervisor host;
  private final VirtualServer server;

  LibvirtBmc(BmcAddress address, Hypervisor host, VirtualServer server) {
    this.address = address;
    this.host = host;
    this.server = server;
  }

  @Override
  public Inventory inventory() {
    var now = host.server(server.uuid());
    var facts = new LinkedHashMap<String, String>();
    facts.put("Name", now.name());
    facts.put("ProcessorSummary.Count", String.valueOf(now.cores()));
    facts.put("MemorySummary.MiB", String.valueOf(now.memoryMib()));
    for (int i = 0; i < now.macs().size(); i++) {
      facts.put("EthernetInterface." + i, now.macs().get(i));
    }
    return new Inventory(now.uuid(), "", facts);
  }

  @Override
  public Identity identity() {
    return new Identity(server.uuid(), "");
  }

  @Override
  public PowerState power() {
    return host.state(server.uuid());
  }

  @Override
  public void power(PowerAction action) {
    switch (action) {
      case ON -> {
        if (power() != PowerState.ON) {
          host.start(server.uuid());
        }
      }
      case FORCE_OFF -> host.stop(server.uuid());
      case GRACEFUL_SHUTDOWN -> host.shutDown(server.uuid());
      case FORCE_RESTART, POWER_CYCLE -> restart(action);
    }
  }

  /// libvirt's own reset would go on with the boot order of the last start.
  private void restart(PowerAction action) {
    if (power() == PowerState.OFF) {
      throw new BmcException(
          UNSUPPORTED, address, action + " of a server that is off; switch it on instead");
    }
    host.stop(server.uuid());
    host.start(server.uuid());
  }

  @Override
  public void bootFrom(BootTarget target, Persistence how) {
    host.change(server.uuid(), xml -> BootChange.put(xml, target, how));
  }

  @Override
  public <F> Optional<F> facet(Class<F> kind) {
    if (kind == SerialConsole.class) {
      return Optional.of(
          kind.cast(
              (SerialConsole) (screen, takeOver) -> host.console(server.uuid(), screen, takeOver)));
    }
    return kind == BootOverride.class
        ? Optional.of(kind.cast((BootOverride) this::override))
        : Optional.empty();
  }

  private BootOverride.Override override() {
    var kept = host.server(server.uuid()).bootOverride();
    return new BootOverride.Override(
        kept.isPresent(), kept.map(BootChange::toString).orElse("its own order"));
  }

  @Override
  public void close() {
    host.close();
  }
}
