package io.rackstead.maas;

import static io.rackstead.maas.Racked.GB;
import static io.rackstead.maas.Racked.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class VolumeOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  @TempDir Path folder;
  private Racked rack;

  @BeforeEach
  void start() throws IOException {
    rack = new Racked(folder);
    rack.layout("storage_layout=blank");
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  private static String id(JsonNode shown) {
    return shown.path("id").asText();
  }

  private JsonNode changed(String path, String form) {
    return ok(rack.admin.form("PUT", rack.node(path), form));
  }

  @Test
  void aVolumeGroupGrowsGivesVolumesAndIsNotTakenApartUnderThem() {
    var group = rack.made("volume-groups/", "name=vg0&block_devices=sda");
    assertThat(Shapes.complaints("VolumeGroupHandler", group)).isEmpty();
    long whole = group.path("size").asLong();
    assertThat(whole).isBetween(3999 * GB, 4000 * GB);
    assertThat(group.path("human_size").asText()).isEqualTo("4.0 TB");
    var sda = rack.read("blockdevices/sda/");
    assertThat(sda.path("used_for").asText()).isEqualTo("LVM volume for vg0");
    assertThat(sda.path("filesystem").path("fstype").asText()).isEqualTo("lvm-pv");
    assertThat(sda.path("available_size").asLong()).isZero();
    var path = "volume-group/" + id(group) + "/";
    var grown = changed(path, "add_block_devices=sdc&name=pool");
    assertThat(grown.path("size").asLong()).isGreaterThan(whole);
    assertThat(grown.path("devices")).hasSize(2);

    var data = rack.made(path + "?op=create_logical_volume", "name=data&size=100G");
    assertThat(Shapes.complaints("BlockDeviceHandler", data)).isEmpty();
    assertThat(data.path("name").asText()).isEqualTo("pool-data");
    rack.made("blockdevices/pool-data/?op=format", "fstype=xfs");
    rack.made("blockdevices/pool-data/?op=mount", "mount_point=/data");
    assertThat(rack.read("volume-groups/" + id(group) + "/").path("used_size").asLong())
        .isEqualTo(data.path("size").asLong());
    assertThat(changed("blockdevices/pool-data/", "size=200G").path("size").asLong())
        .isEqualTo(200 * GB - 200 * GB % (4 << 20));
    assertThat(changed(path, "name=vg1").path("logical_volumes").path(0).path("name").asText())
        .isEqualTo("vg1-data");

    rack.wrong(
        rack.admin.post(rack.node(path + "?op=create_logical_volume"), "name=x&size=5T"), "size");
    rack.wrong(
        rack.admin.form("PUT", rack.node(path), "add_block_devices=sda1"), "add_block_devices");
    rack.wrong(rack.admin.post(rack.node("volume-groups/"), "name=vg9"), "__all__");
    rack.wrong(
        rack.admin.post(rack.node("volume-groups/"), "name=vg9&block_devices=sda"),
        "block_devices");
    assertThat(rack.wrong(rack.admin.delete(rack.node(path)), "__all__")).contains("vg1-data");
    assertThat(
            rack.admin
                .post(rack.node(path + "?op=delete_logical_volume"), "id=" + id(data))
                .status())
        .isEqualTo(204);
    rack.gone(path);
    assertThat(rack.read("blockdevices/sda/").path("used_for").asText()).isEqualTo("Unused");
    assertThat(rack.read("volume-groups/")).isEmpty();
  }

  @Test
  void theBootDiskIsAMemberOnlyThroughAPartition() {
    var boot = rack.shown().path("boot_disk").path("name").asText();
    var group = rack.made("volume-groups/", "name=vg0&block_devices=" + boot);
    assertThat(group.path("devices").path(0).path("type").asText()).isEqualTo("partition");
    assertThat(rack.read("blockdevices/" + boot + "/").path("partitions")).hasSize(1);
  }

  @Test
  void aRaidIsAsLargeAsItsLevelMakesItAndCanBePartitioned() {
    rack.made("blockdevices/", "name=sdd&size=480000000000&serial=S3&block_size=512");
    rack.made("blockdevices/", "name=sde&size=480000000000&serial=S4&block_size=512");
    assertThat(rack.admin.post(rack.node("blockdevices/sda/?op=set_boot_disk"), "").status())
        .isEqualTo(200);
    record Level(String level, String devices, String spares, int data) {}
    for (var level :
        List.of(
            new Level("raid-0", "sdb,sdc", "", 2),
            new Level("raid-1", "sdb,sdc", "sdd", 1),
            new Level("raid-5", "sdb,sdc,sdd", "sde", 2),
            new Level("raid-6", "sdb,sdc,sdd,sde", "", 2),
            new Level("raid-10", "sdb,sdc,sdd,sde", "", 2))) {
      var raid =
          rack.made(
              "raids/",
              "level=%s&block_devices=%s&spare_devices=%s"
                  .formatted(level.level(), level.devices(), level.spares()));
      assertThat(Shapes.complaints("RaidHandler", raid)).as(level.level()).isEmpty();
      assertThat(raid.path("name").asText()).isEqualTo("md0");
      assertThat(raid.path("size").asLong())
          .as(level.level())
          .isBetween(479 * GB * level.data(), 480 * GB * level.data());
      assertThat(raid.path("virtual_device").path("size")).isEqualTo(raid.path("size"));
      rack.gone("raid/" + id(raid) + "/");
    }
    var raid = rack.made("raids/", "name=md5&level=raid-5&block_devices=sdb,sdc,sdd");
    var path = "raids/" + id(raid) + "/";
    assertThat(changed(path, "add_spare_devices=sde").path("spare_devices")).hasSize(1);
    var wider = changed(path, "remove_spare_devices=sde&add_block_devices=sde");
    assertThat(wider.path("devices")).hasSize(4);
    assertThat(wider.path("spare_devices")).isEmpty();
    assertThat(rack.read("blockdevices/sde/").path("used_for").asText())
        .isEqualTo("Active raid-5 device for md5");
    var part = rack.made("blockdevices/md5/partitions/", "");
    rack.made("volume-groups/", "name=onraid&partitions=" + id(part));
    assertThat(rack.wrong(rack.admin.delete(rack.node(path)), "__all__")).contains("onraid");
    rack.wrong(rack.admin.delete(rack.node("blockdevices/md5/")), "__all__");
    rack.wrong(rack.admin.post(rack.node("raids/"), "level=raid-1&block_devices=sda"), "level");
    rack.wrong(rack.admin.post(rack.node("raids/"), "level=raid-7&block_devices=sda"), "level");
    rack.wrong(rack.admin.post(rack.node("raids/"), "block_devices=sda"), "level");
    assertThat(rack.shown().path("raids").path(0).path("id")).isEqualTo(raid.path("id"));
    assertThat(rack.served.site.readAnew().find(rack.machine.id()).orElseThrow().node().storage())
        .isEqualTo(rack.storage());
  }

  @Test
  void aBcacheStandsOnADiskAndOnACacheThatStays() {
    var set = rack.made("bcache-cache-sets/", "cache_device=sdc");
    assertThat(Shapes.complaints("BcacheCacheSetHandler", set)).isEmpty();
    var bcache =
        rack.made("bcaches/", "backing_device=sda&cache_mode=writeback&cache_set=" + id(set));
    assertThat(Shapes.complaints("BcacheHandler", bcache)).isEmpty();
    assertThat(bcache.path("name").asText()).isEqualTo("bcache0");
    assertThat(bcache.path("virtual_device").path("type").asText()).isEqualTo("virtual");
    assertThat(rack.read("blockdevices/sda/").path("used_for").asText())
        .isEqualTo("Backing device for bcache0");
    assertThat(rack.read("blockdevices/sdc/").path("filesystem").path("fstype").asText())
        .isEqualTo("bcache-cache");
    var path = "bcache/" + id(bcache) + "/";
    assertThat(changed(path, "cache_mode=writearound").path("cache_mode").asText())
        .isEqualTo("writearound");
    rack.wrong(rack.admin.form("PUT", rack.node(path), "cache_mode=fast"), "cache_mode");
    assertThat(
            rack.wrong(
                rack.admin.delete(rack.node("bcache-cache-set/" + id(set) + "/")), "__all__"))
        .contains("bcache0");
    rack.wrong(rack.admin.post(rack.node("bcaches/"), "cache_set=" + id(set)), "__all__");
    rack.wrong(rack.admin.post(rack.node("bcache-cache-sets/"), ""), "__all__");
    rack.gone(path);
    rack.gone("bcache-cache-sets/" + id(set) + "/");
    assertThat(rack.shown().path("virtualblockdevice_set")).isEmpty();
  }

  @Test
  void anAllocationByDisksSaysWhichTheyAre() {
    ok(rack.admin.post(rack.one("restore_storage_configuration"), ""));
    record Wish(String storage, List<String> labels) {}
    for (var wish :
        List.of(
            new Wish("root:400(ssd),data:1000(rotary)", List.of("root=sdb", "data=sda")),
            new Wish("400,bulk:400,more:400(ssd)", List.of("bulk=sda", "more=sdc")),
            new Wish("root:400(partition)", List.of("root=partition")))) {
      var got =
          ok(
              rack.admin.post(
                  API + "machines/?op=allocate", "dry_run=true&storage=" + wish.storage()));
      var said = got.path("constraints_by_type").path("storage");
      assertThat(said).hasSize(wish.labels().size());
      for (var label : wish.labels()) {
        var pair = label.split("=", -1);
        var given = said.path(pair[0]).path(0).asText();
        if (pair[1].equals("partition")) {
          assertThat(given).isEqualTo("partition:" + rack.storage().partitions().getLast().id());
        } else {
          assertThat(given).isEqualTo(id(rack.read("blockdevices/" + pair[1] + "/")));
        }
      }
    }
    for (var none :
        List.of("root:1000", "root:400(rotary)", "1,2,3,4", "1,a:1000(ssd)", "1,a:1(nvme)")) {
      var refused = rack.admin.post(API + "machines/?op=allocate", "storage=" + none);
      assertThat(refused.status()).as(none).isEqualTo(409);
      assertThat(refused.body()).contains("storage=");
    }
    assertThat(rack.admin.post(rack.node("blockdevices/sda/?op=set_boot_disk"), "").status())
        .isEqualTo(200);
    ok(rack.admin.post(API + "machines/?op=allocate", "storage=root:1000(rotary)"));
  }
}
