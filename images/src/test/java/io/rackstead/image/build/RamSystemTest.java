package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RamSystemTest {
  @ParameterizedTest
  @CsvSource({
    "usr/sbin/sfdisk, bin/sfdisk",
    "/sbin/modprobe, bin/modprobe",
    "usr/lib/x86_64-linux-gnu/libc.so.6, lib/x86_64-linux-gnu/libc.so.6",
    "lib64/ld-linux-x86-64.so.2, lib/ld-linux-x86-64.so.2",
    "usr/share/misc/pci.ids, usr/share/misc/pci.ids",
    "init, init"
  })
  void thereIsOneFolderOfProgramsAndOneOfLibraries(String asked, String kept) {
    assertThat(RamSystem.folded(asked)).isEqualTo(kept);
  }

  @Test
  void allFilesBelongToRootAndFoldersComeBeforeWhatIsInThem() throws Exception {
    var entries = entries(sample());
    assertThat(entries.values()).allMatch(e -> e.getUID() == 0 && e.getGID() == 0);
    assertThat(entries.values()).extracting(CpioArchiveEntry::getTime).containsOnly(1577836800L);
    var names = entries.keySet().stream().toList();
    assertThat(names.indexOf("etc")).isLessThan(names.indexOf("etc/rackstead"));
    assertThat(entries)
        .hasEntrySatisfying("init", e -> assertThat(e.getMode() & 07777).isEqualTo(0755))
        .hasEntrySatisfying("usr/bin", e -> assertThat(e.isSymbolicLink()).isTrue())
        .hasEntrySatisfying(
            "dev/console",
            e -> {
              assertThat(e.isCharacterDevice()).isTrue();
              assertThat(e.getRemoteDeviceMaj()).isEqualTo(5);
            });
  }

  @Test
  void theSameFilesGiveTheSameBytes() throws Exception {
    assertThat(bytes(sample())).isEqualTo(bytes(sample()));
  }

  private static RamSystem sample() {
    var system = new RamSystem();
    system.file("init", "#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0755);
    system.file("etc/rackstead/missing-firmware", new byte[0], 0644);
    system.link("bin/sh", "busybox");
    return system;
  }

  private static byte[] bytes(RamSystem system) throws IOException {
    var out = new ByteArrayOutputStream();
    system.writeTo(out);
    return out.toByteArray();
  }

  private static Map<String, CpioArchiveEntry> entries(RamSystem system) throws IOException {
    var entries = new LinkedHashMap<String, CpioArchiveEntry>();
    try (var in = new CpioArchiveInputStream(new ByteArrayInputStream(bytes(system)))) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), entry);
      }
    }
    return entries;
  }
}
