package io.rackstead.image.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {
  private static final ImageId TOOL = ImageId.parse("custom/tool");

  @TempDir Path folder;
  private DirectoryImageStore store;
  private Uploads uploads;

  @BeforeEach
  void open() throws Exception {
    store =
        new DirectoryImageStore(folder, InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));
    uploads = new Uploads(folder.resolve("uploads"), store);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ddraw", "ddgz", "ddxz", "ddbz2", "ddzst", "ddtar", "ddtgz", "ddtxz", "ddtbz"})
  void anImageComesInPiecesHoweverItIsPacked(String filetype) throws Exception {
    var disk = filesystem();
    var packed = packed(disk, filetype);
    var announced = new Uploads.Announced(sha256(packed), packed.length, filetype);
    int half = packed.length / 2;
    assertThat(uploads.append(1, announced, Arrays.copyOf(packed, half))).isEqualTo(half);
    var after = new Uploads(folder.resolve("uploads"), store);
    assertThat(after.received(1)).isEqualTo(half);
    after.append(1, announced, Arrays.copyOfRange(packed, half, packed.length));
    var image = after.finish(1, announced, TOOL, Architecture.AMD64);
    assertThat(image.raw().sha256()).isEqualTo(sha256(disk));
    assertThat(image.root()).isEqualTo(new Image.Root(Optional.empty(), "ext4"));
    assertThat(store.images()).containsExactly(image);
    assertThat(after.received(1)).isZero();
  }

  @Test
  void whatIsNotWhatWasAnnouncedIsNotKept() throws Exception {
    var disk = filesystem();
    var other = new Uploads.Announced("0".repeat(64), disk.length, "ddraw");
    uploads.append(1, other, disk);
    assertThatThrownBy(() -> uploads.finish(1, other, TOOL, Architecture.AMD64))
        .hasMessageStartingWith("SHA-256 0000")
        .hasMessageEndingWith("what came has " + sha256(disk));
    assertThat(uploads.received(1)).isZero();
    var small = new Uploads.Announced(sha256(disk), 5, "ddraw");
    assertThatThrownBy(() -> uploads.append(1, small, disk))
        .hasMessage("too much: 5 bytes were announced, this would make " + disk.length);
    var gzip = new Uploads.Announced(sha256(disk), disk.length, "ddgz");
    uploads.append(1, gzip, disk);
    assertThatThrownBy(() -> uploads.finish(1, gzip, TOOL, Architecture.AMD64))
        .isInstanceOf(java.io.IOException.class);
    assertThat(store.images()).isEmpty();
  }

  /// Enough of an ext4 to be known as one.
  private static byte[] filesystem() {
    var disk = new byte[300_000];
    new Random(1).nextBytes(disk);
    Arrays.fill(disk, 0, 40_000, (byte) 0);
    disk[1080] = 0x53;
    disk[1081] = (byte) 0xef;
    return disk;
  }

  private static byte[] packed(byte[] disk, String filetype) throws Exception {
    var bytes = new ByteArrayOutputStream();
    var archive = filetype.startsWith("ddt");
    try (OutputStream out =
        switch (filetype.substring(archive ? 3 : 2)) {
          case "gz" -> new GZIPOutputStream(bytes);
          case "xz" -> new XZCompressorOutputStream(bytes, 1);
          case "bz2", "bz" -> new BZip2CompressorOutputStream(bytes);
          case "zst" -> new com.github.luben.zstd.ZstdOutputStream(bytes);
          default -> bytes;
        }) {
      if (!archive) {
        out.write(disk);
      } else {
        var tar = new TarArchiveOutputStream(out);
        var entry = new TarArchiveEntry("disk.raw");
        entry.setSize(disk.length);
        tar.putArchiveEntry(entry);
        tar.write(disk);
        tar.closeArchiveEntry();
        tar.finish();
      }
    }
    return bytes.toByteArray();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
