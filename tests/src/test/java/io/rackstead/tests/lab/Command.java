package io.rackstead.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that is run to its end, within a limit, and what it printed.
record Command(int exit, String out) {

  static Command run(Duration limit, List<String> arguments) {
    try {
      Path output = Files.createTempFile("command", ".out");
      try {
        var process =
            new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException(
              arguments + " did not end within " + limit + ": " + text(output));
        }
        return new Command(process.exitValue(), text(output));
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + arguments, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + arguments, e);
    }
  }

  static Command run(Duration limit, String... arguments) {
    return run(limit, List.of(arguments));
  }

  /// The output of a program that has to succeed.
  static String output(Duration limit, List<String> arguments) {
    var done = run(limit, arguments);
    if (done.exit != 0) {
      throw new IllegalStateException(arguments + " ended with " + done.exit + ": " + done.out);
    }
    return done.out;
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
