package io.rackstead.power;

import io.rackstead.agent.Sessions;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.VirtualMedia;
import io.rackstead.boot.Discs;
import io.rackstead.iso.StaticNetwork;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts discs into BMCs' drives and takes them out again: as soon as the ephemeral system has shown
/// that it runs from memory, and in any case before a start from elsewhere and when the server is
/// off.
public final class DiscStart {
  private static final Logger LOG = LoggerFactory.getLogger(DiscStart.class);

  private final Machines machines;
  private final Bmcs bmcs;
  private final Discs discs;
  private final Sessions sessions;
  private final Set<MachineId> ejecting = ConcurrentHashMap.newKeySet();

  public DiscStart(Machines machines, Bmcs bmcs, Discs discs, Sessions sessions) {
    this.machines = machines;
    this.bmcs = bmcs;
    this.discs = discs;
    this.sessions = sessions;
  }

  /// A fresh disc is in the drive when it returns.
  void insert(Bmc bmc, Machine machine, StaticNetwork network, BmcAddress address)
      throws Discs.NoDisc {
    var drive =
        bmc.facet(VirtualMedia.class)
            .orElseThrow(() ->
                new BmcException(
                    BmcException.Kind.UNSUPPORTED,
                    address,
                    "has no virtual drive, and %s is to be started from one: set boot_method=pxe"
                        .formatted(machine.hostname())));
    drive.insert(discs.give(machine, network, address));
  }

  /// Our disc is out, where this machine is started from discs at all.
  void eject(Bmc bmc, Machine machine) {
    discs.end(machine.id());
    if (machine.power().disc().isPresent()) {
      bmc.facet(VirtualMedia.class)
          .ifPresent(drive -> {
            if (drive.inserted().filter(in -> Discs.ours(in.image())).isPresent()) {
              drive.eject();
            }
          });
    }
  }

  /// To be called often: takes out the discs of machines whose ephemeral system speaks.
  public void look() {
    for (var machine : machines.list()) {
      var address = machine.power().bmc();
      if (address.isPresent()
          && discs.has(machine.id())
          && sessions.alive(machine.id())
          && ejecting.add(machine.id())) {
        Thread.ofVirtual().name("eject-" + machine.id()).start(() -> eject(machine, address.get()));
      }
    }
  }

  private void eject(Machine machine, BmcAddress address) {
    try (var bmc = bmcs.dialToChange(machine, address)) {
      eject(bmc, machine);
    } catch (BmcException e) {
      // the name is no longer good, and the next start or switching off tries it again
      LOG.warn("machine={} its disc cannot be taken out: {}", machine.id(), e.getMessage());
    } finally {
      ejecting.remove(machine.id());
    }
  }
}
