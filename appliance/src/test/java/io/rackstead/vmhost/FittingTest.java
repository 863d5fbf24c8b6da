package io.rackstead.vmhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.libvirt.HostFacts;
import io.rackstead.bmc.libvirt.StoragePool;
import io.rackstead.bmc.libvirt.Wire;
import io.rackstead.network.Rejected;
import io.rackstead.place.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittingTest {
  private static VmHost host(String wires) {
    var facts = new HostFacts("", "x86_64", "qemu64", 4, 2000, 8192, List.of("qemu"));
    var pool =
        new StoragePool("u", "default", "dir", "/var/lib/libvirt/images", 1L << 40, 1L << 39);
    var seen =
        Arrays.stream(wires.split(" "))
            .map(text -> text.split("/"))
            .map(part ->
                new Wire(Wire.Kind.valueOf(part[0].toUpperCase(java.util.Locale.ROOT)), part[1]))
            .toList();
    return new VmHost(
        1,
        "kvm1",
        new BmcAddress("qemu+ssh", "10.0.0.1", 22),
        "rackstead-vm",
        Place.DEFAULT,
        Place.DEFAULT,
        List.of(),
        1,
        1,
        Optional.empty(),
        new Seen(facts, Optional.empty(), List.of(pool), seen, 0, 0, 0));
  }

  private static Wish wish(String wire) {
    return new Wish(
        "",
        1,
        List.of(),
        256,
        false,
        Optional.empty(),
        0,
        List.of(new Wish.Disk(1 << 30, "")),
        List.of(new Wish.Card(wire)));
  }

  private static String pluggedInto(String wires) {
    var made = Fitting.of(host(wires), wish(""), "uuid", "one", () -> "52:54:00:00:00:01");
    return made.cards().getFirst().wire().name();
  }

  @ParameterizedTest
  @CsvSource({
    // our own bridges are called after what they are on
    "bridge/virbr0 bridge/br-eth0, br-eth0",
    "bridge/docker0 bridge/br-0a1b2c3d4e5f bridge/br0, br0",
    "bridge/br0 network/maas, maas",
    "bridge/virbr0 network/default, default",
  })
  void aCardThatNamesNothingIsOnTheHostsOwnWire(String wires, String expected) {
    assertThat(pluggedInto(wires)).isEqualTo(expected);
  }

  @Test
  void whereNothingLeadsOutItIsSaid() {
    assertThatThrownBy(() -> pluggedInto("bridge/br-0a1b2c3d4e5f"))
        .isInstanceOf(Rejected.class)
        .hasMessageContaining("kvm1 has no bridge or network to plug into");
  }
}
