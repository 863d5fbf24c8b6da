package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A disk is found by serial or WWN, and size; none or two stop the step.
class DiskChoiceTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder = Path.of("");
  private AgentHost host;

  @BeforeEach
  void aServerWithManyDisks() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    host.disk("vda", "SAME", GIB);
    host.disk("vdb", "SAME", GIB);
    host.disk("vdc", "SAME", 2 * GIB);
    host.disk("vdd", "ODD `id` $(id) \"q\" \\ *", GIB);
    host.disk("nvme0n1", "", GIB);
    host.write("sys/block/nvme0n1/device/serial", "S3X    ");
    host.write("sys/block/nvme0n1/wwid", "eui.0025388b710116a1\n");
    host.disk("nvme0c0n1", "", GIB);
    host.write("sys/block/nvme0c0n1/hidden", "1\n");
    host.write("sys/block/nvme0c0n1/device/serial", "S3X");
    host.disk("sda", "", GIB);
    host.write("sys/block/sda/device/vpd_pg80", "\u0000\u0080\u0000\u0008  Z1D5RAID ");
    host.write("sys/block/sda/device/wwid", "naa.5000C500A1B2C3D4\n");
    host.disk("sdb", "", GIB);
    host.write("sys/block/sdb/device/wwid", "t10.ATA     QEMU HARDDISK    QM00003\n");
    host.disk("loop0", "LOOP", GIB);
  }

  @ParameterizedTest
  @CsvSource({
    "SAME, '', 2147483648, vdc",
    "'ODD `id` $(id) \"q\" \\ *', '', 1073741824, vdd",
    "S3X, '', 1073741824, nvme0n1",
    "'', eui.0025388B710116A1, 1073741824, nvme0n1",
    "S3X, eui.0025388b710116a1, 1073741824, nvme0n1",
    "Z1D5RAID, '', 1073741824, sda",
    "'', 0x5000c500a1b2c3d4, 1073741824, sda",
    "'', naa.5000c500a1b2c3d4, 1073741824, sda",
    "'', 5000C500A1B2C3D4, 1073741824, sda",
  })
  void findsTheOneDiskThatIsMeant(String serial, String wwn, long size, String name)
      throws Exception {
    var ran = identify(serial, wwn, size);
    assertThat(ran.output()).contains(name + ": " + size + " bytes");
    assertThat(ran.exit()).isZero();
    assertThat(host.facts().get("path").asText()).isEqualTo(folder.resolve("dev/" + name) + "");
  }

  @ParameterizedTest
  @CsvSource({
    "SAME, '', 1073741824, 2 disks match",
    "SAME, '', 1073741312, no disk matches",
    "GONE, '', 1073741824, no disk matches",
    "S3X, eui.0000000000000000, 1073741824, no disk matches",
    "LOOP, '', 1073741824, no disk matches",
    "SAM, '', 2147483648, no disk matches",
    "'*', '', 2147483648, no disk matches",
    "'', t10.ATA, 1073741824, no disk matches",
    "'', '', 1073741824, neither by serial nor by WWN",
    "SAME, '', 0, no disk matches",
    "SAME, '', -1, not a number",
  })
  void stopsWhenNoneOrTwoAreMeant(String serial, String wwn, long size, String reason)
      throws Exception {
    var ran = identify(serial, wwn, size);
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(ran.output()).contains(reason);
  }

  @Test
  void saysWhichDisksThereAreWhenNoneIsMeant() throws Exception {
    assertThat(identify("GONE", "", GIB).output())
        .contains("sda: serial 'Z1D5RAID', WWN '0x5000C500A1B2C3D4', 1073741824 bytes, model ''")
        .contains("nothing was touched");
  }

  @Test
  void doesNotWriteToADiskThatIsMounted() throws Exception {
    host.write("proc/mounts", folder.resolve("dev/vdc") + "1 /mnt ext4 rw 0 0\n");
    var work = Map.of("disk", Map.of("serial", "SAME", "size_bytes", 2 * GIB), "mode", "quick");
    assertThat(host.step("erase", work).output()).contains("vdc1 is mounted");
  }

  private AgentHost.Ran identify(String serial, String wwn, long size) throws Exception {
    return host.step(
        "identify-disk",
        Map.of("disk", Map.of("serial", serial, "wwn", wwn, "size_bytes", size, "model", "")));
  }
}
