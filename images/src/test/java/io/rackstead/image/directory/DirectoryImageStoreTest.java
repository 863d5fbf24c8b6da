package io.rackstead.image.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryImageStoreTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
  private static final Image.Root ROOT = new Image.Root(Optional.of(1), "ext4");
  private static final ImageId NAME = ImageId.parse("custom/tool");

  @TempDir Path folder;
  private DirectoryImageStore store;

  @BeforeEach
  void open() throws IOException {
    store = new DirectoryImageStore(folder, CLOCK);
  }

  @Test
  void anImageComesBackAsItWentIn() throws Exception {
    var disk = disk(1, 3_000_000);
    var image = add(NAME, disk);

    assertThat(image.raw().sizeBytes()).isEqualTo(3_000_000);
    assertThat(image.raw().sha256()).isEqualTo(sha256(disk));
    assertThat(image.compressed().sha256())
        .isEqualTo(sha256(Files.readAllBytes(store.path(image))));
    assertThat(image.builtAt()).isEqualTo(CLOCK.instant());
    try (var in = new ZstdInputStream(Files.newInputStream(store.path(image)))) {
      assertThat(in.readAllBytes()).isEqualTo(disk);
    }
    assertThat(store.images()).containsExactly(image);
    assertThat(new DirectoryImageStore(folder, CLOCK).images()).containsExactly(image);
    assertThat(store.image(NAME, Architecture.AMD64)).contains(image);
    assertThat(store.image(NAME, Architecture.ARM64)).isEmpty();
  }

  @Test
  void whatAnotherProcessAddsIsSeenAtTheNextQuestion() throws Exception {
    var other = new DirectoryImageStore(folder, CLOCK);
    for (int i = 0; i < 20; i++) {
      var image =
          other.add(
              ImageId.parse("n" + i),
              Architecture.AMD64,
              in(disk(i, 4096)),
              ROOT,
              Image.ReportsBy.AGENT);
      assertThat(store.images()).contains(image).hasSize(i + 1);
    }
  }

  @Test
  void aDiskWithoutPartitionsKeepsThatItHasNone() throws Exception {
    var root = new Image.Root(Optional.empty(), "xfs");
    var image = store.add(NAME, Architecture.ARM64, in(disk(1, 4096)), root, Image.ReportsBy.AGENT);
    assertThat(new DirectoryImageStore(folder, CLOCK).images()).containsExactly(image);
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    var disk = disk(1, 1_000_000);
    var broken =
        new InputStream() {
          private int at;

          @Override
          public int read() throws IOException {
            if (at == 900_000) {
              throw new IOException("connection lost");
            }
            return disk[at++] & 0xff;
          }
        };
    assertThatThrownBy(
            () -> store.add(NAME, Architecture.AMD64, broken, ROOT, Image.ReportsBy.AGENT))
        .hasMessageContaining("connection lost");
    assertThat(store.images()).isEmpty();
    assertThat(files("sha256")).isEmpty();
    assertThat(files("incoming")).isEmpty();
  }

  @Test
  void anotherFormatIsRefusedAndNothingOfItKept() {
    var qcow2 = new byte[70_000];
    System.arraycopy(new byte[] {'Q', 'F', 'I', (byte) 0xfb}, 0, qcow2, 0, 4);
    assertThatThrownBy(() -> add(NAME, qcow2))
        .hasMessage(
            "custom/tool is to be a raw disk image, but the file is a qcow2 disk: convert it first:"
                + " qemu-img convert -O raw FILE disk.raw");
    assertThat(store.images()).isEmpty();
  }

  @Test
  void removingOneOfTwoNamesKeepsTheBytesTheyShare() throws Exception {
    var disk = disk(1, 100_000);
    var one = add(ImageId.parse("one"), disk);
    var two = add(ImageId.parse("two"), disk);
    assertThat(store.path(one)).isEqualTo(store.path(two));

    store.remove(one.id(), Architecture.AMD64);
    assertThat(store.path(two)).exists();
    store.remove(two.id(), Architecture.AMD64);
    assertThat(store.path(two)).doesNotExist();
  }

  @Test
  void replacingAnImageDropsTheOldBytes() throws Exception {
    var old = add(NAME, disk(1, 100_000));
    var fresh = add(NAME, disk(2, 100_000));
    assertThat(store.images()).containsExactly(fresh);
    assertThat(store.path(old)).doesNotExist();
  }

  @Test
  void removingWhatIsNotThereSaysSo() {
    assertThatThrownBy(() -> store.remove(NAME, Architecture.AMD64))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage("there is no image custom/tool for amd64");
  }

  @Test
  void aFlippedByteAndACutFileAreFoundByVerify() throws Exception {
    var image = add(NAME, disk(1, 300_000));
    assertThat(store.verify(image)).isEmpty();

    var bytes = Files.readAllBytes(store.path(image));
    bytes[bytes.length / 2] ^= 1;
    Files.write(store.path(image), bytes);
    assertThat(store.verify(image))
        .hasValueSatisfying(why -> assertThat(why).contains("compressed"));

    Files.write(store.path(image), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(store.verify(image)).isPresent();
    Files.delete(store.path(image));
    assertThat(store.verify(image)).hasValueSatisfying(why -> assertThat(why).contains("is gone"));
  }

  @Test
  void anIndexFileThatNobodyCanReadHidesItsImageAndDeletesNothing() throws Exception {
    var image = add(NAME, disk(1, 100_000));
    Files.writeString(folder.resolve("index/custom@tool@amd64.json"), "{\"id\": 7");
    assertThat(store.images()).isEmpty();

    add(ImageId.parse("other"), disk(2, 100_000));
    assertThat(store.path(image)).exists();
  }

  @Test
  void whatAKilledProcessLeftUnfinishedIsSweptByTheNextAdd() throws Exception {
    Files.write(folder.resolve("incoming/12345.part"), new byte[10]);
    add(NAME, disk(1, 4096));
    assertThat(files("incoming")).isEmpty();
  }

  @Test
  void twoStoresOfOneFolderTakeImagesInAtOnce() throws Exception {
    var other = new DirectoryImageStore(folder, CLOCK);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<Image>>();
      for (int i = 0; i < 12; i++) {
        var id = ImageId.parse("n" + i);
        var disk = disk(i, 200_000);
        var into = i % 2 == 0 ? store : other;
        all.add(
            threads.submit(
                () -> into.add(id, Architecture.AMD64, in(disk), ROOT, Image.ReportsBy.AGENT)));
      }
      for (var added : all) {
        assertThat(store.verify(added.get(30, TimeUnit.SECONDS))).isEmpty();
      }
    }
    assertThat(store.images()).hasSize(12).isEqualTo(other.images());
    assertThat(files("incoming")).isEmpty();
  }

  @Test
  @Tag("lab")
  void aFullDiskLeavesNothingBehind() throws Exception {
    var small = Files.createDirectory(folder.resolve("small"));
    var mount = List.of("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString());
    assumeTrue(new ProcessBuilder(mount).start().waitFor() == 0, "needs root, to mount");
    try {
      var full = new DirectoryImageStore(small, CLOCK);
      assertThatThrownBy(() ->
              full.add(NAME, Architecture.AMD64, in(disk(1, 8 << 20)), ROOT, Image.ReportsBy.AGENT))
          .isInstanceOf(StorageFull.class)
          .hasMessageContaining("for custom/tool, 2 MiB are free");
      assertThat(full.images()).isEmpty();
      assertThat(small.resolve("incoming")).isEmptyDirectory();
      assertThat(small.resolve("sha256")).isEmptyDirectory();
    } finally {
      assertThat(new ProcessBuilder("umount", small.toString()).start().waitFor()).isZero();
    }
  }

  @Test
  void theEphemeralSystemIsKeptWithItsVersion() throws Exception {
    var kernel = Files.write(folder.resolve("k"), new byte[] {1, 2, 3});
    var initrd = Files.write(folder.resolve("i"), new byte[] {4, 5});
    assertThat(store.ephemeral(Architecture.AMD64)).isEmpty();

    var system = store.addEphemeral(Architecture.AMD64, "6.1.0+abc", kernel, initrd);
    assertThat(system.kernel()).hasSameBinaryContentAs(kernel);
    assertThat(system.initrd()).hasSameBinaryContentAs(initrd);
    assertThat(new DirectoryImageStore(folder, CLOCK).ephemeral(Architecture.AMD64))
        .contains(system);
    add(NAME, disk(1, 4096));
    assertThat(system.kernel()).exists();
  }

  @Test
  void aFullDiskIsSaidWithItsRemedy() throws Exception {
    var e = new IOException("No space left on device");
    assertThat(StorageFull.explain(e, "custom/tool", folder))
        .isInstanceOf(StorageFull.class)
        .hasMessageContaining("no space left in " + folder + " for custom/tool")
        .hasMessageContaining("remove images");
    var other = new IOException("Input/output error");
    assertThat(StorageFull.explain(other, "custom/tool", folder)).isSameAs(other);
  }

  private Image add(ImageId id, byte[] disk) throws IOException {
    return store.add(id, Architecture.AMD64, in(disk), ROOT, Image.ReportsBy.CLOUD_INIT);
  }

  private List<String> files(String name) throws IOException {
    try (var all = Files.list(folder.resolve(name))) {
      return all.map(Path::toString).toList();
    }
  }

  private static InputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static byte[] disk(long seed, int size) {
    var disk = new byte[size];
    new Random(seed).nextBytes(disk);
    System.arraycopy("EFI PART".getBytes(StandardCharsets.US_ASCII), 0, disk, 512, 8);
    return disk;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
