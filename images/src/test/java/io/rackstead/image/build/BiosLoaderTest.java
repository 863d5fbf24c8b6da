package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BiosLoaderTest {
  @Test
  void thePartitionTableStaysAsItWas(@TempDir Path folder) throws Exception {
    var table = filled(4096 * 512, 0x11);
    var disk = Files.write(folder.resolve("disk.raw"), table);
    BiosLoader.install(disk, filled(512, 0x22), filled(1300, 0x33), 2048);

    var written = Files.readAllBytes(disk);
    assertThat(Arrays.copyOfRange(written, 0x1b8, 1024)).containsOnly(0x11);
    assertThat(Arrays.copyOfRange(written, 0, 0x5c)).containsOnly(0x22);
    assertThat(little(written).getLong(0x5c)).isEqualTo(2048);
    assertThat(written).hasSize(4096 * 512);
  }

  @Test
  void theCoreImageIsToldWhereItsRestLies() {
    var core = little(BiosLoader.located(filled(1300, 0), 2048));
    assertThat(core.capacity()).isEqualTo(3 * 512);
    assertThat(core.getLong(500)).isEqualTo(2049);
    assertThat(core.getShort(508)).isEqualTo((short) 2);
    assertThat(core.getShort(510)).isEqualTo((short) 0x820);
  }

  @Test
  void aCoreImageLargerThanItsPartitionIsRefused(@TempDir Path folder) throws Exception {
    var disk = Files.write(folder.resolve("disk.raw"), new byte[512]);
    assertThatThrownBy(() -> BiosLoader.install(disk, new byte[512], new byte[2049 * 512], 2048))
        .hasMessageContaining("does not fit");
  }

  @Test
  void rootIsTheFirstPartitionByNumberAndTheLastByPlace() {
    var layout = new DiskLayout(100, 1000, new UUID(1, 2));
    assertThat(layout.bytes()).isEqualTo((1 + 1 + 100 + 1000 + 1) * 1024L * 1024);
    assertThat(layout.sfdisk())
        .contains("\n1: start=208896, size=2048000,")
        .isEqualTo(new DiskLayout(100, 1000, new UUID(1, 2)).sfdisk());
  }

  private static byte[] filled(int size, int value) {
    var bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
