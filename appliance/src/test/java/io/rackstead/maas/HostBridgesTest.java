package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.access.Site;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.libvirt.Wire;
import io.rackstead.network.Rejected;
import io.rackstead.node.Interface;
import io.rackstead.place.Place;
import io.rackstead.vmhost.Seen;
import io.rackstead.vmhost.VmHost;
import io.rackstead.vmhost.VmHosts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A network card by the network it shall be on becomes the host's bridge on that network.
class HostBridgesTest {
  private static final VmHost HOST =
      new VmHost(
          7,
          "kvm1",
          BmcAddress.parse("qemu+ssh://10.0.9.7"),
          "root",
          Place.DEFAULT,
          Place.DEFAULT,
          List.of(),
          1,
          1,
          Optional.empty(),
          new Seen(
              VmHosts.UNSEEN.facts(),
              Optional.empty(),
              List.of(),
              List.of(
                  new Wire(Wire.Kind.BRIDGE, "br0"),
                  new Wire(Wire.Kind.BRIDGE, "br1"),
                  new Wire(Wire.Kind.NETWORK, "br-net")),
              0,
              0,
              0));

  @TempDir Path data;

  private static Interface one(long id, String name, Interface.Kind kind, Optional<Long> vlan) {
    return new Interface(
        id,
        name,
        kind,
        Optional.empty(),
        true,
        List.of(),
        vlan,
        List.of(),
        List.of(),
        0,
        true,
        0,
        Map.of());
  }

  @Test
  void theBridgeOnThatNetworkIsTaken() throws Exception {
    try (var site = new Site(data)) {
      var networks = site.networks.now();
      var vlan = networks.vlans().iterator().next();
      var own =
          Optional.of(
              List.of(
                  one(1, "eno1", Interface.Kind.PHYSICAL, Optional.of(vlan.id())),
                  one(2, "br0", Interface.Kind.BRIDGE, Optional.empty()),
                  // the machine has it, libvirt does not tell of it
                  one(3, "br9", Interface.Kind.BRIDGE, Optional.of(vlan.id())),
                  one(4, "br1", Interface.Kind.BRIDGE, Optional.of(vlan.id()))));
      var keys = Map.of("vlan", Long.toString(vlan.id()));
      assertThat(HostBridges.named(HOST, own, networks, keys)).isEqualTo("br1");
      assertThatThrownBy(
              () -> HostBridges.named(HOST, own, networks, Map.of("subnet", "10.9.0.0/16")))
          .isInstanceOf(Rejected.class)
          .hasMessageContaining("kvm1 has no bridge with {subnet=10.9.0.0/16}");
      assertThatThrownBy(() -> HostBridges.named(HOST, Optional.empty(), networks, keys))
          .isInstanceOf(Rejected.class)
          .hasMessageContaining("kvm1 is no machine of ours");
    }
  }
}
