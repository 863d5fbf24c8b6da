package io.rackstead.image.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiskFormatTest {
  static Stream<Arguments> raw() {
    return Stream.of(
        Arguments.of("gpt", 512, "EFI PART"),
        Arguments.of("gpt", 4096, "EFI PART"),
        Arguments.of("mbr", 510, "\u0055\u00aa"),
        Arguments.of("ext4", 1080, "\u0053\u00ef"),
        Arguments.of("xfs", 0, "XFSB"),
        Arguments.of("btrfs", 0x10040, "_BHRfS_M"));
  }

  @ParameterizedTest
  @MethodSource("raw")
  void aDiskOrFilesystemIsTakenAsItIs(String what, int at, String magic) {
    assertThat(DiskFormat.sniff(headWith(at, magic))).isEqualTo(new DiskFormat.RawDisk(what));
  }

  static Stream<Arguments> foreign() {
    return Stream.of(
        Arguments.of(0, "QFI\u00fb", "a qcow2 disk", "qemu-img convert"),
        Arguments.of(0, "KDMV", "a VMDK disk", "qemu-img convert"),
        Arguments.of(0, "vhdxfile", "a VHDX disk", "qemu-img convert"),
        Arguments.of(0, "\u0028\u00b5\u002f\u00fd", "zstd-compressed", "zstd -d"),
        Arguments.of(0, "\u001f\u008b", "gzip-compressed", "gzip -d"),
        Arguments.of(32769, "CD001", "an ISO 9660 image", "not a CD"),
        Arguments.of(0, "hello, world", "nothing known", "partition table"));
  }

  @ParameterizedTest
  @MethodSource("foreign")
  void anythingElseIsRefusedWithWhatToDo(int at, String magic, String what, String remedy) {
    assertThat(DiskFormat.sniff(headWith(at, magic)))
        .isInstanceOfSatisfying(
            DiskFormat.Foreign.class,
            foreign -> {
              assertThat(foreign.what()).isEqualTo(what);
              assertThat(foreign.remedy()).contains(remedy);
            });
  }

  @Test
  void anIsoThatAlsoHasABootSectorIsStillAnIso() {
    var head = headWith(32769, "CD001");
    head[510] = 0x55;
    head[511] = (byte) 0xaa;
    assertThat(DiskFormat.sniff(head)).isInstanceOf(DiskFormat.Foreign.class);
  }

  @Test
  void noHeadHoweverShortOrOddStopsTheSniffing() {
    var random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      var head = new byte[random.nextInt(5000)];
      random.nextBytes(head);
      assertThat(DiskFormat.sniff(head)).isNotNull();
    }
  }

  private static byte[] headWith(int at, String magic) {
    var head = new byte[DiskFormat.HEAD];
    var bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, head, at, bytes.length);
    return head;
  }
}
