package io.rackstead.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapeTest {
  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-23T20:00:00Z");
  private Tape tape;

  @BeforeEach
  void aTape() {
    tape = new Tape(folder.resolve("abc123"), () -> now);
  }

  @Test
  void eachPressOfTheButtonIsABootAndItsScriptIsPartOfIt() throws IOException {
    tape.poweredOn();
    assertThat(write("firmware\r\n")).isTrue();
    later(20);
    tape.bootedFromNetwork();
    assertThat(write("kernel\r\n")).isFalse();
    later(60);
    // restarted from inside, and asks again
    tape.bootedFromNetwork();
    assertThat(write("second\r\n")).isTrue();
    later(60);
    tape.poweredOn();
    // nothing came before the button was pressed again
    later(1);
    tape.poweredOn();
    assertThat(write("third\r\n")).isTrue();
    var boots = tape.list();
    assertThat(boots).hasSize(3);
    assertThat(text(boots.get(2).name())).isEqualTo("firmware\r\nkernel\r\n");
    assertThat(text(boots.get(1).name())).isEqualTo("second\r\n");
    assertThat(text(boots.get(0).name())).isEqualTo("third\r\n");
  }

  @Test
  void aBootThatWritesForEverKeepsItsBeginningAndItsEnd() throws IOException {
    write("the beginning\n");
    var chunk = "x".repeat(1023) + "\n";
    for (int i = 0; i < 5000; i++) {
      write(chunk);
    }
    write("the end\n");
    var boot = tape.list().getFirst();
    assertThat(boot.bytes()).isLessThanOrEqualTo(Tape.FIRST + 2L * Tape.MORE);
    var whole = text(boot.name());
    // not the text itself in a failure: it is a megabyte
    assertThat(whole.startsWith("the beginning\n")).isTrue();
    assertThat(whole.endsWith("x\nthe end\n")).isTrue();
    assertThat(whole.split(java.util.regex.Pattern.quote(Tape.LEFT_OUT), -1)).hasSize(2);
  }

  @Test
  void whatIsTwiceTheFirstPartIsWhole() throws IOException {
    var written = new StringBuilder();
    for (int i = 0; written.length() < Tape.FIRST + Tape.MORE + Tape.MORE / 2; i++) {
      var line = "line %06d of this boot\n".formatted(i);
      write(line);
      written.append(line);
    }
    assertThat(text(tape.list().getFirst().name())).isEqualTo(written.toString());
  }

  @Test
  void theNewestTwentyBootsAreKept() throws IOException {
    for (int i = 0; i < 25; i++) {
      tape.poweredOn();
      write("boot " + i + "\n");
      later(10);
    }
    assertThat(tape.list()).hasSize(Tape.BOOTS);
    assertThat(text(tape.list().getLast().name())).isEqualTo("boot 5\n");
  }

  @Test
  void aScreenIsShownTheEndFromTheBeginningOfALine() throws IOException {
    write("first line\nsecond line\nlogin: ");
    assertThat(new String(tape.tail(16), UTF_8)).isEqualTo("login: ");
    assertThat(new String(tape.tail(1000), UTF_8)).isEqualTo("first line\nsecond line\nlogin: ");
  }

  @Test
  void searchedIsWhatOneReads() throws IOException {
    write("\u001b[1;31mKernel panic\u001b[0m - not syncing: VFS\r\nother\r\n");
    later(5);
    tape.poweredOn();
    write("\u001b]0;title\u0007no KERNEL here\n");
    assertThat(tape.search("kernel", 10))
        .extracting(hit -> hit.line() + " " + hit.text())
        .containsExactly("1 no KERNEL here", "1 Kernel panic - not syncing: VFS");
    assertThat(tape.search("kernel", 1)).hasSize(1);
    assertThat(tape.search("1;31m", 10)).isEmpty();
  }

  @Test
  void onlyNamesThatWereGivenOutAreRead() throws IOException {
    write("mine\n");
    Files.writeString(folder.resolve("1.first"), "not mine");
    for (var name : new String[] {"../1", "..", "", "1", "1.first", "9".repeat(40)}) {
      assertThat(tape.read(name)).as(name).isEmpty();
    }
  }

  @Test
  void nobodyElseOfThisHostReadsIt() throws IOException {
    write("root password: secret\n");
    assertThat(Files.getPosixFilePermissions(folder.resolve("abc123")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    tape.erase();
    assertThat(folder.resolve("abc123")).doesNotExist();
  }

  private boolean write(String text) throws IOException {
    return tape.write(text.getBytes(UTF_8));
  }

  private String text(String boot) throws IOException {
    return new String(tape.read(boot).orElseThrow(), UTF_8);
  }

  private void later(int seconds) {
    now = now.plus(Duration.ofSeconds(seconds));
  }
}
