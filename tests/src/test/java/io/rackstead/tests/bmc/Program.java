package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs a program of the system; where it is not installed the test is skipped.
record Program(Path path) {
  private static final int PATIENCE_SECONDS = 60;

  record Output(int status, String text) {}

  static Program find(String name) {
    var found =
        Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeThat(found).as("%s is installed", name).isPresent();
    return new Program(found.orElseThrow());
  }

  Output run(List<String> arguments) throws IOException, InterruptedException {
    var process = start(arguments);
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(path + " took longer than " + PATIENCE_SECONDS + " s");
    }
    return new Output(process.exitValue(), text);
  }

  Process start(List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(path.toString());
    command.addAll(arguments);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return process;
  }
}
