package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
  private static final String INFO =
      "license=GPL\0depends=libphy,ptp\0softdep=pre: crypto-crc32c post: realtek\0"
          + "firmware=tigon/tg3.bin\0firmware=tigon/tg3_tso.bin\0";

  @Test
  void aProgramsLibrariesAndLoaderAreRead() throws Exception {
    // the one program that is surely here, and linked dynamically: Java itself
    var java = Path.of(System.getProperty("java.home"), "bin/java").toRealPath();
    var elf = ElfFile.read("java", Files.readAllBytes(java));
    assertThat(elf.needed()).anyMatch(name -> name.startsWith("libc.so"));
    assertThat(elf.interpreter()).hasValueSatisfying(i -> assertThat(i).contains("ld-"));
  }

  @Test
  void aKernelModuleSaysWhatItNeeds(@TempDir Path folder) throws Exception {
    var file = Files.write(folder.resolve("tg3-x.ko"), module(INFO));
    var module = KernelModule.read(file);
    assertThat(module.name()).isEqualTo("tg3_x");
    assertThat(module.depends()).containsExactly("libphy", "ptp");
    assertThat(module.soft()).containsExactly("crypto_crc32c", "realtek");
    assertThat(module.firmware()).containsExactly("tigon/tg3.bin", "tigon/tg3_tso.bin");
  }

  @Test
  void aCutOrDamagedFileIsSaidToBeSo() throws Exception {
    var whole = module(INFO);
    var random = new Random(11);
    for (int length = 0; length < whole.length; length++) {
      readOrRefuse(Arrays.copyOf(whole, length));
    }
    for (int i = 0; i < 3000; i++) {
      var flipped = whole.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      readOrRefuse(flipped);
    }
    assertThatThrownBy(() -> ElfFile.read("notes.txt", new byte[100]))
        .hasMessage("notes.txt is not a 64-bit little-endian ELF file");
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      assertThat(ElfFile.read("x", bytes)).isNotNull();
    } catch (BuildException e) {
      assertThat(e).hasMessageStartingWith("x is ");
    }
  }

  /// The smallest ELF file with a section `.modinfo`: header, names, contents, three section
  /// headers.
  static byte[] module(String info) {
    var names = "\0.shstrtab\0.modinfo\0".getBytes(StandardCharsets.UTF_8);
    var content = info.getBytes(StandardCharsets.UTF_8);
    int headers = 64 + names.length + content.length;
    var elf = ByteBuffer.allocate(headers + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    elf.putLong(0x28, headers);
    elf.putShort(0x3a, (short) 64).putShort(0x3c, (short) 3).putShort(0x3e, (short) 1);
    elf.put(64, names).put(64 + names.length, content);
    section(elf, headers + 64, 1, 64, names.length);
    section(elf, headers + 128, 11, 64 + names.length, content.length);
    return elf.array();
  }

  private static void section(ByteBuffer elf, int at, int name, int offset, int size) {
    elf.putInt(at, name).putInt(at + 4, 1).putLong(at + 0x18, offset).putLong(at + 0x20, size);
  }
}
