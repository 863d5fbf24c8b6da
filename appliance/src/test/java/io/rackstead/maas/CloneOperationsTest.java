package io.rackstead.maas;

import static io.rackstead.maas.Racked.API;
import static io.rackstead.maas.Racked.FAST;
import static io.rackstead.maas.Racked.GB;
import static io.rackstead.maas.Racked.SLOW;
import static io.rackstead.maas.Racked.disk;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.machine.Machine;
import io.rackstead.node.Device;
import io.rackstead.node.Interface;
import io.rackstead.node.Partition;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class CloneOperationsTest {
  @TempDir Path folder;
  private Racked rack;
  private Machine twin;

  @BeforeEach
  void start() throws IOException {
    rack = new Racked(folder);
    twin =
        rack.served.readyWith(
            disk("sda", "Z9", "0x5000c500a9", 4000 * GB, true, "sata"),
            disk("sdb", "S9", "0x5002538e19", 480 * GB, false, "sata"),
            disk("sdc", "S8", "0x5002538e18", 480 * GB, false, "sata"));
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private io.rackstead.access.Served.Answer clone(String form) {
    return rack.admin.post(API + "machines/?op=clone", form);
  }

  private Machine now() {
    return rack.served.now(twin);
  }

  @Test
  void aLayoutComesToTheOtherMachineWithPartsOfItsOwn() {
    rack.layout("storage_layout=lvm&vg_name=vg9&lv_name=root");
    var answer =
        clone("source=" + rack.machine.id() + "&destinations=" + twin.id() + "&storage=true");

    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    var from = rack.storage();
    var to = now().node().storage();
    assertThat(to.layout()).isEqualTo(from.layout());
    assertThat(to.groups().getFirst().name()).isEqualTo("vg9");
    assertThat(to.partitions().stream().map(Partition::size))
        .containsExactlyElementsOf(from.partitions().stream().map(Partition::size).toList());
    assertThat(to.partitions().stream().map(Partition::id))
        .doesNotContainAnyElementsOf(from.partitions().stream().map(Partition::id).toList());
    assertThat(to.boot().map(d -> d.make().serial())).get().isIn("S9", "S8");
    assertThat(to.devices().stream().filter(d -> d.kind() == Device.Kind.LOGICAL)).hasSize(1);
    assertThat(to.groups().getFirst().members())
        .allMatch(member -> to.partition(member).isPresent());
    // the layout is one that the other operations go on with
    rack.admin.get(API + "nodes/" + twin.id() + "/volume-groups/").json();
  }

  @Test
  void interfacesComeWithTheirVlanAndABondOfItsOwnAdapters() {
    var nic = rack.machine.node().interfaces().getFirst();
    var made =
        rack.admin.post(rack.node("interfaces/?op=create_bond"), "name=bond0&parents=" + nic.id());
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    var answer =
        clone("source=" + rack.machine.id() + "&destinations=" + twin.id() + "&interfaces=true");

    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    var own = now().node().interfaces();
    var bond = own.stream().filter(i -> i.kind() == Interface.Kind.BOND).findFirst().orElseThrow();
    var adapter = twin.node().interfaces().getFirst();
    assertThat(bond.parents()).containsExactly(adapter.id());
    assertThat(bond.mac()).isEqualTo(adapter.mac());
    assertThat(bond.params()).containsEntry("bond_mode", "active-backup");
  }

  @Test
  void whatCannotBeIsSaidOfTheMachineAndNothingIsChanged() {
    var small = rack.served.readyWith(disk("sda", "X1", "", 100 * GB, false, "sata"));
    rack.layout("storage_layout=flat");
    var before = now().node();
    var answer =
        clone(
            "source=%s&destinations=%s&destinations=%s&storage=true"
                .formatted(rack.machine.id(), twin.id(), small.id()));
    assertThat(rack.wrong(answer, "storage"))
        .startsWith("Machine 1 in the array did not validate: " + small.hostname())
        .contains("boot disk");
    assertThat(now().node()).isEqualTo(before);

    var both = "source=" + rack.machine.id() + "&destinations=";
    assertThat(rack.wrong(clone(both + twin.id()), "__all__"))
        .isEqualTo("Either storage or interfaces must be true.");
    assertThat(rack.wrong(clone(both + rack.machine.id() + "&storage=1"), "destinations"))
        .contains("cannot be a destination machine");
    assertThat(rack.wrong(clone(both + "zzzzzz&storage=1"), "destinations"))
        .contains("there is no machine zzzzzz");
    assertThat(SLOW.sizeBytes()).isGreaterThan(FAST.sizeBytes());
  }
}
