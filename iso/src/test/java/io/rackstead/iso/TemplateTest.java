package io.rackstead.iso;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On discs that xorriso makes, and by xorriso's own reading of what came of them.
class TemplateTest {
  private static final Path XORRISO = Path.of("/usr/bin/xorriso");
  private static final int SLOT = 4096;

  @TempDir Path folder = Path.of("");
  private Path template = Path.of("");

  @BeforeEach
  void aDisc() throws Exception {
    assumeTrue(Files.isExecutable(XORRISO), "no xorriso: tests/run");
    var grub = Files.createDirectories(folder.resolve("root/boot/grub"));
    Files.write(folder.resolve("root/boot/vmlinuz"), new byte[100_001]);
    for (int i = 0; i < 90; i++) { // more than one sector of folder
      Files.writeString(grub.resolve("font-" + i + ".pf2"), "x");
    }
    Files.writeString(grub.resolve("grub.cfg"), "source /boot/grub/slot.cfg\n");
    Files.writeString(grub.resolve("slot.cfg"), "\n".repeat(SLOT));
    template = folder.resolve("template.iso");
    xorriso("-as", "mkisofs", "-quiet", "-R", "-o", template + "", folder.resolve("root") + "");
  }

  private static void xorriso(String... words) throws Exception {
    var command = new java.util.ArrayList<>(List.of(XORRISO.toString()));
    command.addAll(List.of(words));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), US_ASCII);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  @Test
  void aMachinesDiscHasItsWordsWhereXorrisoReadsTheSlotAndElseTheTemplatesBytes() throws Exception {
    var made = folder.resolve("made.iso");
    Template.open(template).with(List.of("rackstead.cap=00ff", "BOOTIF=01-52-54")).writeTo(made);
    var slot = folder.resolve("slot");
    xorriso("-osirrox", "on", "-indev", made + "", "-extract", "/boot/grub/slot.cfg", slot + "");
    assertThat(Files.readString(slot))
        .isEqualTo(
            "set rackstead=\"rackstead.cap=00ff BOOTIF=01-52-54\"\n" + "\n".repeat(SLOT - 51));
    var before = Files.readAllBytes(template);
    var after = Files.readAllBytes(made);
    var opened = Template.open(template);
    System.arraycopy(before, (int) opened.slotAt(), after, (int) opened.slotAt(), SLOT);
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aDiscWithoutASlotIsNoTemplate() throws Exception {
    Files.delete(folder.resolve("root/boot/grub/slot.cfg"));
    var other = folder.resolve("other.iso");
    xorriso("-as", "mkisofs", "-quiet", "-R", "-o", other + "", folder.resolve("root") + "");
    assertThatThrownBy(() -> Template.open(other))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("has no BOOT/GRUB/SLOT.CFG");
  }

  @Test
  void whatIsNoDiscIsToldAsSuch() throws Exception {
    var text = Files.writeString(folder.resolve("text"), "x".repeat(100_000));
    assertThatThrownBy(() -> Template.open(text)).hasMessageEndingWith("is no disc of ISO 9660");
    var empty = Files.writeString(folder.resolve("empty"), "");
    assertThatThrownBy(() -> Template.open(empty)).hasMessageContaining("ends before byte");
  }

  /// Each of 2,000 discs with wrong bytes is read or refused, in no time.
  @Test
  void aDamagedDiscIsReadOrRefused() throws Exception {
    var random = new Random(9660);
    var whole = Files.readAllBytes(template);
    var damaged = folder.resolve("damaged.iso");
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      var bytes = whole.clone();
      for (int n = 0; n < 8; n++) { // the descriptors and the folders lie in the first sectors
        bytes[16 * 2048 + random.nextInt(24 * 2048)] = (byte) random.nextInt();
      }
      Files.write(damaged, bytes);
      try {
        var read = Template.open(damaged);
        assertThat(read.slotBytes()).isBetween(64, 1 << 16);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 2_000);
  }
}
