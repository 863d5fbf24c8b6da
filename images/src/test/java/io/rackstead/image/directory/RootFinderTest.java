package io.rackstead.image.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.image.Image;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On disks that sfdisk and mke2fs made.
class RootFinderTest {
  @TempDir Path folder;
  private Path disk;

  @BeforeEach
  void tools() throws IOException {
    for (var tool : List.of("/usr/sbin/sfdisk", "/usr/sbin/mke2fs")) {
      assumeTrue(Files.exists(Path.of(tool)), tool + " is not here");
    }
    disk = folder.resolve("disk.raw");
    try (var file = new java.io.RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
  }

  @Test
  void theRootIsTheLargestFilesystemThatIsNoBootPartition() throws Exception {
    partition(
        """
        label: gpt
        1M,1M,21686148-6449-6E6F-744E-656564454649
        2M,8M,U
        10M,16M,BC13C2FF-59E6-4262-A352-B275FD6F7172
        26M,30M,L
        """);
    filesystem(10, 16);
    filesystem(26, 30);
    assertThat(found()).isEqualTo(new Image.Root(Optional.of(4), "ext4"));
  }

  @Test
  void aPartitionOfARootsTypeIsTheRootHoweverSmall() throws Exception {
    partition(
        """
        label: gpt
        1M,8M,4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
        9M,40M,L
        """);
    filesystem(1, 8);
    filesystem(9, 40);
    assertThat(found()).isEqualTo(new Image.Root(Optional.of(1), "ext4"));
  }

  @Test
  void theOrderOfTheTableIsNotThatOfTheDisk() throws Exception {
    partition("label: gpt\n1 : start=20M,size=30M,type=L\n2 : start=1M,size=8M,type=U\n");
    filesystem(20, 30);
    assertThat(found()).isEqualTo(new Image.Root(Optional.of(1), "ext4"));
  }

  @Test
  void anMbrIsReadToo() throws Exception {
    partition("label: dos\n1M,8M,c\n9M,40M,83,*\n");
    filesystem(9, 40);
    assertThat(found()).isEqualTo(new Image.Root(Optional.of(2), "ext4"));
  }

  @Test
  void aDiskThatIsOneFilesystemHasNoPartition() throws Exception {
    run(List.of("/usr/sbin/mke2fs", "-q", "-t", "ext4", disk.toString()), "");
    assertThat(found()).isEqualTo(new Image.Root(Optional.empty(), "ext4"));
  }

  @Test
  void whatHasNoRootIsSaidWithWhy() throws Exception {
    partition("label: gpt\n1M,8M,U\n9M,40M,E6D6D379-F507-44C2-A23C-238F2A3DF928\n");
    assertThatThrownBy(this::found).hasMessageContaining("none of the image's partitions is");
    Files.write(disk, java.util.Arrays.copyOf(Files.readAllBytes(disk), 5 << 20));
    assertThatThrownBy(this::found)
        .hasMessage("the image ends before its partition 2 begins: it is cut short");
    Files.writeString(disk, "QFI\u00fb and more", StandardCharsets.ISO_8859_1);
    assertThatThrownBy(this::found)
        .hasMessage(
            "a raw disk image is wanted, this is a qcow2 disk: convert it first: qemu-img convert"
                + " -O raw FILE disk.raw");
  }

  @Test
  void noTableHoweverOddIsMoreThanARefusal() throws Exception {
    partition("label: gpt\n1M,8M,U\n9M,40M,L\n");
    filesystem(9, 40);
    var whole = Files.readAllBytes(disk);
    var random = new Random(7);
    for (int i = 0; i < 500; i++) {
      var broken = java.util.Arrays.copyOf(whole, 12 << 20);
      for (int flips = 0; flips < 20; flips++) {
        broken[446 + random.nextInt(1024)] = (byte) random.nextInt();
      }
      try {
        assertThat(RootFinder.find(new ByteArrayInputStream(broken)).filesystem())
            .isIn("ext4", "xfs");
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("image");
      }
    }
  }

  private Image.Root found() throws IOException {
    try (var in = Files.newInputStream(disk)) {
      return RootFinder.find(in);
    }
  }

  private void partition(String script) throws Exception {
    run(List.of("/usr/sbin/sfdisk", "-q", disk.toString()), script);
  }

  private void filesystem(int startMib, int sizeMib) throws Exception {
    run(
        List.of(
            "/usr/sbin/mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-E",
            "offset=" + ((long) startMib << 20),
            disk.toString(),
            sizeMib + "M"),
        "");
  }

  private static void run(List<String> command, String input) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.UTF_8));
    }
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
