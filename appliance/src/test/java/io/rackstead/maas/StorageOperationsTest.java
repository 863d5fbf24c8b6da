package io.rackstead.maas;

import static io.rackstead.maas.Racked.FAST;
import static io.rackstead.maas.Racked.GB;
import static io.rackstead.maas.Racked.SAME;
import static io.rackstead.maas.Racked.SLOW;
import static io.rackstead.maas.Racked.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.State;
import io.rackstead.plan.Seed;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class StorageOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  @TempDir Path folder;
  private Racked rack;

  @BeforeEach
  void start() throws IOException {
    rack = new Racked(folder);
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private static List<String> texts(JsonNode list, String field) {
    return list.findValuesAsText(field);
  }

  @Test
  void aMachineHasByItselfTheFlatLayoutOnTheDiskThatAnImageGoesTo() throws Exception {
    var shown = rack.shown();
    assertThat(Shapes.complaints("MachineHandler", shown)).isEmpty();
    assertThat(shown.path("boot_disk").path("name").asText()).isEqualTo("sdb");
    assertThat(texts(shown.path("physicalblockdevice_set"), "serial"))
        .containsExactly("Z1", "S1", "S2");
    assertThat(shown.path("virtualblockdevice_set")).isEmpty();
    var boot = rack.read("blockdevices/sdb/");
    assertThat(boot).isEqualTo(shown.path("boot_disk"));
    assertThat(boot.path("id_path").asText()).isEqualTo("/dev/disk/by-id/wwn-0x5002538e11");
    assertThat(boot.path("tags").toString()).isEqualTo("[\"ssd\",\"sata\"]");
    assertThat(boot.path("used_for").asText()).isEqualTo("GPT partitioned with 2 partitions");
    assertThat(boot.path("available_size").asLong()).isZero();
    var efi = boot.path("partitions").path(0);
    assertThat(efi.path("size").asLong()).isEqualTo(512L << 20);
    assertThat(efi.path("filesystem").path("fstype").asText()).isEqualTo("fat32");
    assertThat(efi.path("used_for").asText())
        .isEqualTo("fat32 formatted filesystem mounted at /boot/efi");
    var root = boot.path("partitions").path(1);
    assertThat(root.path("path").asText()).isEqualTo("/dev/disk/by-dname/sdb-part2");
    assertThat(root.path("filesystem").path("mount_point").asText()).isEqualTo("/");
    assertThat(root.path("size").asLong() % (4 << 20)).isZero();
    assertThat(rack.read("blockdevices/sda/").path("used_for").asText()).isEqualTo("Unused");

    ok(rack.admin.post(API + "machines/" + rack.machine.id() + "/?op=commission", ""));
    rack.served.report(rack.machine, SLOW, FAST, SAME);
    assertThat(rack.read("blockdevices/sdb/")).isEqualTo(boot);
    assertThat(rack.served.site.readAnew().find(rack.machine.id()).orElseThrow().node())
        .isEqualTo(rack.served.now(rack.machine).node());
  }

  @Test
  void theDiskThatIsChosenIsTheOneThatIsWrittenAndAReleaseForgetsIt() throws Exception {
    var answer = rack.admin.post(rack.node("blockdevices/sda/?op=set_boot_disk"), "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("OK");
    var shown = rack.shown();
    assertThat(shown.path("boot_disk").path("name").asText()).isEqualTo("sda");
    assertThat(shown.path("boot_disk").path("partitions")).hasSize(2);
    assertThat(rack.read("blockdevices/sdb/").path("partitions")).isEmpty();
    assertThat(rack.served.site.readAnew().find(rack.machine.id()).orElseThrow().node().storage())
        .isEqualTo(rack.storage());

    ok(rack.admin.post(rack.one("deploy"), ""));
    for (var step : rack.planned()) {
      if (step.fields().has("disk")) {
        assertThat(step.fields().path("disk").path("serial").asText())
            .as(step.name())
            .isEqualTo("Z1");
      }
    }
    assertThat(rack.planned("seed").path("root").has("bytes")).isFalse();
    rack.release();
    assertThat(rack.shown().path("boot_disk").path("name").asText()).isEqualTo("sdb");
    assertThat(rack.storage().layout()).isEqualTo("default");
    ok(rack.admin.post(rack.one("deploy"), ""));
    assertThat(rack.planned("write-image").path("disk").path("serial").asText()).isEqualTo("S1");
    assertThat(rack.served.person("audrey", Role.AUDITOR).get("/api/audit").json().toString())
        .contains("configure, starts from sda");
  }

  @Test
  void aRootOfASizeOfItsOwnIsPlannedAndTheSystemLeavesTheRestOfTheDiskAlone() throws Exception {
    rack.layout("storage_layout=flat&root_device=sdc&root_size=20G");
    assertThat(rack.shown().path("boot_disk").path("name").asText()).isEqualTo("sdc");
    ok(rack.admin.form("PUT", API + "machines/" + rack.machine.id() + "/", "swap_size=2147483648"));
    assertThat(rack.shown().path("swap_size").asLong()).isEqualTo(2L << 30);
    ok(rack.admin.post(rack.one("deploy"), ""));
    assertThat(rack.planned("write-image").path("disk").path("serial").asText()).isEqualTo("S2");
    long bytes = rack.planned("seed").path("root").path("bytes").asLong();
    assertThat(bytes).isEqualTo(20 * GB - 20 * GB % (4 << 20));
    var config =
        new String(
            Seed.content(
                "/etc/cloud/cloud.cfg.d/90-rackstead.cfg",
                rack.served.now(rack.machine),
                "http://10.77.0.1/report"),
            StandardCharsets.UTF_8);
    assertThat(config)
        .contains("growpart:\n  mode: \"off\"")
        .contains("swap:\n  filename: \"/swap.img\"\n  size: 2147483648");
  }

  @Test
  void aLayoutThatNoImageCanBeWrittenAsIsRefusedWithTheReasonAndTheWayBack() {
    record Other(String what, String why) {}
    for (var other :
        List.of(
            new Other("lvm", "sdb-part2 is the LVM volume for vgroot"),
            new Other("blank", "no partition is mounted at /"),
            new Other("bcache", "sdc-part1 is the Cache device for cache0"),
            new Other("flat&boot_size=1G", "sdb-part2 is mounted at /boot"),
            new Other("flat&root_size=1M", ""))) {
      var set = rack.admin.post(rack.one("set_storage_layout"), "storage_layout=" + other.what());
      if (other.why().isEmpty()) {
        assertThat(rack.wrong(set, "root_size")).contains("too small");
        continue;
      }
      ok(set);
      var refused = rack.admin.post(rack.one("deploy"), "");
      assertThat(refused.status()).as(other.what()).isEqualTo(409);
      assertThat(refused.body())
          .contains(other.why())
          .contains("machines/" + rack.machine.id() + "/?op=set_storage_layout")
          .contains("storage_layout=flat");
      assertThat(rack.served.state(rack.machine)).isEqualTo(State.READY);
    }
    rack.layout("storage_layout=flat");
    ok(rack.admin.post(rack.one("deploy"), ""));
    rack.release();
    rack.layout("storage_layout=flat");
    var root = rack.storage().partitions().getLast().id();
    for (var op : List.of("unmount", "unformat", "format", "mount")) {
      rack.made("blockdevices/sdb/partition/" + root + "?op=" + op, "fstype=xfs&mount_point=/");
    }
    assertThat(rack.admin.post(rack.one("deploy"), "").body())
        .contains("sdb-part2 is to be xfs and the image brings ext4");
  }

  @Test
  void namedLayoutsAreWhatTheyAreCalled() {
    rack.layout("storage_layout=lvm&vg_name=vg0&lv_name=root&lv_size=10G&root_size=50G");
    var volume = rack.shown().path("virtualblockdevice_set").path(0);
    assertThat(volume.path("name").asText()).isEqualTo("vg0-root");
    assertThat(volume.path("type").asText()).isEqualTo("virtual");
    assertThat(volume.path("filesystem").path("mount_point").asText()).isEqualTo("/");
    assertThat(volume.path("size").asLong()).isEqualTo(10 * GB - 10 * GB % (4 << 20));
    assertThat(rack.shown().path("volume_groups").path(0).path("__incomplete__").asBoolean())
        .isTrue();
    rack.layout("storage_layout=bcache&root_device=sda");
    var bcache = rack.read("bcaches/").path(0);
    assertThat(bcache.path("virtual_device").path("filesystem").path("mount_point").asText())
        .isEqualTo("/");
    assertThat(bcache.path("cache_set").path("cache_device").path("path").asText())
        .contains("sdb-part1");
    rack.layout("storage_layout=blank");
    assertThat(rack.storage().partitions()).isEmpty();
    assertThat(rack.shown().path("boot_disk").path("name").asText()).isEqualTo("sda");
    for (var layout : List.of("vmfs6", "vmfs7", "custom", "odd")) {
      var refused = rack.admin.post(rack.one("set_storage_layout"), "storage_layout=" + layout);
      assertThat(rack.wrong(refused, "storage_layout")).contains(layout);
    }
    ok(rack.admin.post(rack.one("restore_storage_configuration"), ""));
    assertThat(rack.storage().layout()).isEqualTo("default");
    assertThat(rack.shown().path("boot_disk").path("name").asText()).isEqualTo("sdb");
  }

  @Test
  void aDiskIsPartitionedFormattedMountedAndTakenApart() {
    rack.layout("storage_layout=blank");
    var first = rack.made("blockdevices/sda/partitions/", "size=10000000000&bootable=true");
    assertThat(Shapes.complaints("PartitionHandler", first)).isEmpty();
    assertThat(first.path("size").asLong()).isEqualTo(9_999_220_736L);
    var path = "blockdevices/sda/partition/" + first.path("id").asText();
    assertThat(first.path("resource_uri").asText())
        .matches(".*/nodes/[^/]+/blockdevices/[0-9]+/partition/[0-9]+");
    rack.made(path + "?op=format", "fstype=ext4&label=data");
    assertThat(rack.read(path + "/").path("used_for").asText())
        .isEqualTo("Unmounted ext4 formatted filesystem");
    var mounted = rack.made(path + "?op=mount", "mount_point=/srv&mount_options=noatime");
    assertThat(mounted.path("filesystem").path("label").asText()).isEqualTo("data");
    assertThat(mounted.path("filesystem").path("mount_options").asText()).isEqualTo("noatime");
    rack.made(path + "?op=add_tag", "tag=db");
    assertThat(rack.made(path + "?op=add_tag", "tag=hot").path("tags")).hasSize(2);
    assertThat(rack.made(path + "?op=remove_tag", "tag=db").path("tags").toString())
        .isEqualTo("[\"hot\"]");
    var rest = rack.made("blockdevices/sda/partitions/", "");
    assertThat(rest.path("path").asText()).endsWith("sda-part2");
    assertThat(rack.read("blockdevices/sda/").path("available_size").asLong()).isZero();
    assertThat(rack.read("blockdevices/sda/partitions/")).hasSize(2);
    rack.made("blockdevices/sdb/?op=format", "fstype=swap");
    assertThat(
            rack.made("blockdevices/sdb/?op=mount", "")
                .path("filesystem")
                .path("mount_point")
                .asText())
        .isEqualTo("none");

    record Wrong(String path, String form, String field) {}
    for (var wrong :
        List.of(
            new Wrong("blockdevices/sda/partitions/", "size=5G", "size"),
            new Wrong("blockdevices/sdb/partitions/", "", "__all__"),
            new Wrong("blockdevices/sdc/partitions/", "size=4T", "size"),
            new Wrong("blockdevices/sdc/partitions/", "size=1000", "size"),
            new Wrong("blockdevices/sdc/partitions/", "size=-1", "size"),
            new Wrong("blockdevices/sdc/partitions/", "uuid=me", "uuid"),
            new Wrong("blockdevices/sda/?op=format", "fstype=ext4", "__all__"),
            new Wrong("blockdevices/sdc/?op=format", "fstype=tmpfs", "fstype"),
            new Wrong("blockdevices/sdc/?op=mount", "mount_point=/x", "__all__"),
            new Wrong("blockdevices/sdc/?op=unformat", "", "__all__"),
            new Wrong(path + "?op=unformat", "", "__all__"),
            new Wrong(path + "?op=format", "fstype=xfs", "__all__"),
            new Wrong(path + "?op=mount", "mount_point=/y", "__all__"))) {
      var refused = rack.admin.post(rack.node(wrong.path()), wrong.form());
      assertThat(rack.wrong(refused, wrong.field())).as(wrong.path()).isNotEmpty();
    }
    rack.made("blockdevices/sdc/?op=format", "fstype=xfs");
    for (var point : List.of("srv", "/../etc", "/a/../b", "/a//b", "/a%20b", "/srv")) {
      var refused =
          rack.admin.post(rack.node("blockdevices/sdc/?op=mount"), "mount_point=" + point);
      assertThat(rack.wrong(refused, "mount_point")).as(point).isNotEmpty();
    }
    rack.made(path + "?op=unmount", "");
    rack.made(path + "?op=unformat", "");
    rack.gone(path);
    assertThat(rack.admin.get(rack.node(path)).status()).isEqualTo(404);
    assertThat(rack.made("blockdevices/sda/partitions/", "size=1G").path("path").asText())
        .endsWith("sda-part1");
    assertThat(rack.storage().layout()).isEqualTo("custom");
  }

  @Test
  void aDiskIsAddedRenamedTaggedAndRemovedButNotMadeAnother() {
    var added =
        rack.made("blockdevices/", "name=nvme9&size=1T&block_size=4096&id_path=/dev/disk/by-id/x");
    assertThat(added.path("block_size").asInt()).isEqualTo(4096);
    assertThat(added.path("size").asLong()).isEqualTo(1000 * GB);
    var path = "blockdevices/" + added.path("id").asText() + "/";
    ok(rack.admin.form("PUT", rack.node(path), "name=scratch"));
    assertThat(rack.read("blockdevices/scratch/").path("id")).isEqualTo(added.path("id"));
    assertThat(rack.made(path + "?op=add_tag", "tag=lent").path("tags").toString())
        .contains("lent");
    rack.gone(path);
    rack.wrong(rack.admin.post(rack.node("blockdevices/"), "name=sda&size=1T&serial=1"), "name");
    rack.wrong(rack.admin.post(rack.node("blockdevices/"), "name=x&size=1T"), "id_path");
    rack.wrong(rack.admin.post(rack.node("blockdevices/"), "name=x&serial=1"), "size");
    var sda = rack.node("blockdevices/sda/");
    rack.wrong(rack.admin.form("PUT", sda, "serial=other"), "serial");
    rack.wrong(rack.admin.form("PUT", sda, "size=1G"), "size");
    assertThat(rack.admin.get(rack.node("blockdevices/sdz/")).status()).isEqualTo(404);
  }

  @Test
  void onlyAnOperatorOrTheOwnerLaysOutAndOnlyBeforeItIsDeployed() {
    var mia = rack.served.person("mia", Role.USER);
    var boot = rack.node("blockdevices/sdc/?op=set_boot_disk");
    assertThat(mia.post(boot, "").status()).isEqualTo(403);
    ok(mia.post(API + "machines/?op=allocate", "system_id=" + rack.machine.id()));
    assertThat(mia.post(boot, "").status()).isEqualTo(200);
    var eve = rack.served.person("eve", Role.USER);
    assertThat(eve.post(boot, "").status()).isEqualTo(404);
    ok(mia.post(rack.one("deploy"), ""));
    var late = mia.post(boot, "");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.body()).contains("Deploying").contains("Ready or Allocated");
    rack.served.site.machines.apply(rack.machine.id(), new Event.Lock(), Actor.APPLIANCE);
    assertThat(rack.admin.post(boot, "").status()).isEqualTo(403);
  }

  @Test
  void aDiskThatIsGoneTakesWhatStoodOnItAlongAndANewOneDisturbsNothing() {
    rack.layout("storage_layout=flat&root_device=sdc&root_size=10G");
    var before = rack.storage();
    ok(rack.admin.post(API + "machines/" + rack.machine.id() + "/?op=commission", ""));
    var more = Racked.disk("nvme0n1", "N1", "", 960 * GB, false, "nvme");
    rack.served.report(rack.machine, SLOW, SAME, more);
    assertThat(rack.storage().partitions()).isEqualTo(before.partitions());
    assertThat(rack.storage().named("sdb")).isEmpty();
    assertThat(rack.storage().layout()).isEqualTo("flat");
    rack.served.report(rack.machine, SLOW, more);
    assertThat(rack.storage().layout()).isEqualTo("default");
    assertThat(rack.storage().boot().orElseThrow().name()).isEqualTo("nvme0n1");
    assertThat(rack.storage().named("sda")).isEqualTo(before.named("sda"));
  }

  @Test
  void memoryFilesystemsAreKeptAndSaidToBeMoreThanAnImage() {
    ok(
        rack.admin.post(
            rack.one("mount_special"), "fstype=tmpfs&mount_point=/scratch&mount_options=size=1g"));
    assertThat(rack.shown().path("special_filesystems").path(0).path("mount_point").asText())
        .isEqualTo("/scratch");
    assertThat(rack.admin.post(rack.one("deploy"), "").body())
        .contains("a tmpfs is mounted at /scratch");
    ok(rack.admin.post(rack.one("unmount_special"), "fstype=tmpfs&mount_point=/scratch"));
    rack.wrong(
        rack.admin.post(rack.one("unmount_special"), "fstype=tmpfs&mount_point=/scratch"),
        "mount_point");
    rack.layout("storage_layout=flat");
    ok(rack.admin.post(rack.one("deploy"), ""));
  }
}
