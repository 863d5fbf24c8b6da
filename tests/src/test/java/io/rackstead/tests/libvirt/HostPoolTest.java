package io.rackstead.tests.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.LibvirtKey;
import io.rackstead.bmc.libvirt.NewPool;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real libvirtd is given its storage pool, and says what it can do.
@Tag("lab")
class HostPoolTest {
  @TempDir Path folder;

  @Test
  void aPoolIsMadeOnceAndStartedWheneverItIsNot() throws Exception {
    var key = LibvirtKey.make(new SecureRandom());
    var disks = folder.resolve("disks");
    try (var libvirtd = PrivateLibvirtd.start(PrivateLibvirtd.QEMU);
        var host = new PasswordHost(libvirtd.path());
        var libvirt = new Libvirt(BmcTrust.inMemory(), () -> key);
        var hypervisor =
            libvirt.open(
                new BmcAddress("qemu+ssh", "127.0.0.1", host.port()),
                new BmcCredentials(PasswordHost.USER, PasswordHost.PASSWORD.toCharArray()))) {
      var wanted = new NewPool.Folder("fast", disks.toString());
      hypervisor.pool(wanted);
      assertThat(disks).isDirectory();
      assertThat(libvirtd.virsh("pool-info", "fast")).contains("running");
      hypervisor.pool(wanted);
      libvirtd.virsh("pool-destroy", "fast");
      hypervisor.pool(wanted);
      assertThat(libvirtd.virsh("pool-info", "fast"))
          .containsPattern("State: +running")
          .containsPattern("Autostart: +yes");
      assertThat(hypervisor.pools()).singleElement().matches(pool -> pool.name().equals("fast"));

      // no such group is there: it is not made of anybody's disks
      assertThatThrownBy(() -> hypervisor.pool(new NewPool.VolumeGroup("lvm", "rackstead-none")))
          .isInstanceOf(BmcException.class)
          .hasMessageContaining("pool-start lvm");

      var abilities = hypervisor.abilities(hypervisor.facts());
      assertThat(abilities.pages()).doesNotContainKey(4);
      assertThat(abilities.virtualFunctions().values()).allMatch(count -> count > 0);
    }
  }
}
