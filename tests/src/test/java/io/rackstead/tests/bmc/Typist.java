package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A person before a program that wants a terminal: `script` gives it one.
final class Typist implements AutoCloseable {
  private final Process process;
  private final Terminal seen = new Terminal();
  private final Thread reader;

  Typist(String command) throws IOException {
    process =
        new ProcessBuilder(
                List.of(Program.find("script").path().toString(), "-qfec", command, "/dev/null"))
            .redirectErrorStream(true)
            .start();
    reader = Thread.ofVirtual().start(this::read);
  }

  private void read() {
    var buffer = new byte[4096];
    try (var in = process.getInputStream()) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        seen.shows(Arrays.copyOf(buffer, count));
      }
    } catch (IOException e) {
      seen.shows(("\ncannot be read: " + e.getMessage()).getBytes(StandardCharsets.UTF_8));
    }
  }

  Terminal sees() {
    return seen;
  }

  void type(String keys) throws IOException {
    var out = process.getOutputStream();
    out.write(keys.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// How it ended, which it has to do by itself.
  int status() throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
