package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCommandTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path folder;
  private Path disk;

  private record Answer(int status, String out, String err) {}

  @BeforeEach
  void writeADisk() throws Exception {
    var bytes = new byte[3 << 20];
    System.arraycopy("EFI PART".getBytes(StandardCharsets.US_ASCII), 0, bytes, 512, 8);
    disk = Files.write(folder.resolve("disk.raw"), bytes);
  }

  @Test
  void anImageIsAddedListedVerifiedAndRemoved() {
    assertThat(run("add", "tool", disk.toString(), "--root-partition=1").out())
        .startsWith("custom/tool");
    assertThat(run("list").out()).contains("custom/tool").contains("3 MiB raw");
    assertThat(run("verify")).isEqualTo(new Answer(0, "custom/tool is whole\n", ""));
    assertThat(run("remove", "tool").out()).isEqualTo("removed custom/tool\n");
    assertThat(run("list").out()).isEmpty();
  }

  @Test
  void aDamagedImageIsToldByTheExitStatus() throws Exception {
    run("add", "tool", disk.toString(), "--root-partition=1");
    try (var blobs = Files.newDirectoryStream(folder.resolve("images/sha256"))) {
      for (var blob : blobs) {
        Files.write(blob, new byte[] {1});
      }
    }
    var answer = run("verify", "tool");
    assertThat(answer.status()).isEqualTo(1);
    assertThat(answer.out()).startsWith("custom/tool is damaged: its compressed bytes");
  }

  @Test
  void aMistakeIsOneLineAndStatusTwo() {
    assertThat(run("biuld"))
        .isEqualTo(
            new Answer(2, "", "images: unknown command biuld: build, list, add, remove, verify\n"));
    assertThat(run("build", "windows").err()).contains("cannot build windows: ephemeral");
    assertThat(run("list", "--colour").err()).contains("unknown option --colour");
    assertThat(run("add", "tool").err()).contains("say the raw disk image's file");
    assertThat(run("add", "a b", disk.toString()).status()).isEqualTo(2);
    assertThat(run("build", "ephemeral", "--compress", "99").err())
        .contains("from 1 to 19, got 99");
  }

  @Test
  void anImageWithMoreInItHasANameOfItsOwn() {
    assertThat(run("build", "debian-12", "--include", "qemu-system-x86").err())
        .contains("an image with more than debian-12 in it needs a name of its own: --name NAME");
    assertThat(run("build", "debian-12", "--name", "node", "--include", "a b").err())
        .contains("lists packages with commas between them, got 'a b'");
    assertThat(run("build", "debian-12", "--name", "debian/buster").err())
        .contains("--name is NAME or custom/NAME, got debian/buster");
    assertThat(run("build", "debian-12", "--name", "node", "--overlay", "/nowhere").err())
        .contains("--overlay names a folder, and /nowhere is none");
  }

  @Test
  void whatIsLaidOverDecidesWhetherToBuildAnew() throws Exception {
    var overlay = Files.createDirectories(folder.resolve("overlay/usr/bin"));
    var kubelet = Files.writeString(overlay.resolve("kubelet"), "one");
    var arguments =
        Arguments.parse(
            List.of("--name", "node", "--overlay", folder.resolve("overlay").toString()));
    var recipe = DebianRecipe.of("debian-12", arguments);
    assertThat(recipe.id()).hasToString("custom/node");
    var before = recipe.more();
    assertThat(recipe.more()).isEqualTo(before);
    Files.writeString(kubelet, "another");
    assertThat(recipe.more()).isNotEqualTo(before);
  }

  @Test
  void aFailureIsOneLineAndStatusOne() {
    assertThat(run("remove", "tool"))
        .isEqualTo(new Answer(1, "", "images: there is no image custom/tool for amd64\n"));
    assertThat(run("add", "tool", "/nowhere/disk.raw"))
        .isEqualTo(new Answer(1, "", "images: there is no file /nowhere/disk.raw\n"));
    assertThat(run("add", "tool", disk.toString()))
        .isEqualTo(
            new Answer(
                1,
                "",
                "images: "
                    + disk
                    + ": the image has neither a partition nor an ext4 or xfs filesystem\n"));
  }

  @Test
  void withoutACommandItSaysWhatThereIs() {
    assertThat(run().out()).isEqualTo(ImageCommand.USAGE);
  }

  private Answer run(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status =
        ImageCommand.run(
            List.of(args),
            folder.resolve("images"),
            CLOCK,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Answer(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
