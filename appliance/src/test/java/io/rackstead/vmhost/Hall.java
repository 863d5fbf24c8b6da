package io.rackstead.vmhost;

import io.rackstead.access.Site;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machine;
import io.rackstead.place.Place;
import io.rackstead.power.BmcKeys;
import io.rackstead.power.HostKey;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/// VM hosts that are known and never spoken to, with machines that were composed on them.
final class Hall implements AutoCloseable {
  final Site site;
  final VmHosts hosts;
  private final Libvirt libvirt;
  private int machines;

  Hall(Path data, int count) throws IOException {
    site = new Site(data);
    BmcTrust trust = new BmcKeys(site.database, site);
    libvirt = new Libvirt(trust, new HostKey(site.database, site.vault, new SecureRandom()));
    for (int i = 1; i <= count; i++) {
      var host =
          new VmHost(
              0,
              "kvm" + i,
              BmcAddress.parse("qemu+ssh://10.0.9." + i),
              "root",
              Place.DEFAULT,
              Place.DEFAULT,
              List.of(),
              1,
              1,
              Optional.empty(),
              VmHosts.UNSEEN);
      var _ = site.database.inTransaction(tx -> new VmStore().insert(tx, host));
    }
    hosts = new VmHosts(new VmHosts.Parts(site.database, site.machines, site.vault, libvirt, site));
  }

  VmHost first() {
    return hosts.list().getFirst();
  }

  Machine compose(String name) {
    machines++;
    var uuid = "6695eb01-f6a4-4304-89aa-97f2502e19%02x".formatted(machines);
    var mac = MacAddress.parse("52:54:00:00:00:%02x".formatted(machines));
    return site.machines.enlist(
        Identity.of(List.of(mac), uuid, ""),
        Architecture.AMD64,
        name,
        Optional.empty(),
        Actor.APPLIANCE,
        (tx, made) -> {
          var begun = hosts.store().begin(tx, first(), uuid);
          hosts.store().become(tx, begun, made.id());
          tx.afterCommit(
              () -> hosts.show(new Vm(begun.id(), begun.host(), uuid, Optional.of(made.id()))));
        });
  }

  @Override
  public void close() {
    libvirt.close();
    site.close();
  }
}
