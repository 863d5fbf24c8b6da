package io.rackstead.image.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program run with an argument list, an input, and a limit on its time. Never a shell.
///
/// @param environment what is added to ours
record Subprocess(
    List<String> command, Map<String, String> environment, byte[] input, Duration limit) {
  private static final String PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

  Subprocess {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  static Subprocess of(Duration limit, String program, List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(find(program).toString());
    command.addAll(arguments);
    return new Subprocess(command, Map.of(), new byte[0], limit);
  }

  static Subprocess at(Duration limit, Path program, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(program.toString());
    command.addAll(arguments);
    return new Subprocess(command, Map.of(), new byte[0], limit);
  }

  Subprocess with(Map<String, String> more) {
    return new Subprocess(command, more, input, limit);
  }

  Subprocess feed(String text) {
    return new Subprocess(command, environment, text.getBytes(StandardCharsets.UTF_8), limit);
  }

  /// Where a program of the host lies; administrators' programs are not in everybody's PATH.
  static Path find(String program) throws BuildException {
    for (var folder : PATH.split(":")) {
      var file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    // what we run on the host has packages of the same name, but for apt, which only Debian has
    throw new BuildException(
        program.equals("apt-get")
            ? "building takes Debian packages, and this host has no apt: build on a Debian host"
            : program + " is not installed, and building needs it: apt-get install " + program);
  }

  /// Runs it and gives back what it printed.
  String run() throws IOException {
    var name = String.valueOf(Path.of(command.getFirst()).getFileName());
    var out = Files.createTempFile("rackstead-", ".out");
    var err = Files.createTempFile("rackstead-", ".err");
    var in = Files.createTempFile("rackstead-", ".in");
    try {
      Files.write(in, input);
      var builder = new ProcessBuilder(command);
      builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "PATH", PATH));
      builder.environment().putAll(environment);
      builder.redirectInput(in.toFile());
      builder.redirectOutput(out.toFile());
      builder.redirectError(err.toFile());
      int status = await(builder.start(), name);
      if (status != 0) {
        throw new BuildException(
            "%s ended with status %d: %s".formatted(name, status, lastLines(err, out)));
      }
      return Files.readString(out);
    } finally {
      Files.deleteIfExists(in);
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private int await(Process process, String name) throws IOException {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
      throw new BuildException(name + " did not end within " + limit.toMinutes() + " minutes");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BuildException(name + " was interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String lastLines(Path err, Path out) throws IOException {
    var text = Files.readString(err, StandardCharsets.ISO_8859_1).strip();
    if (text.isEmpty()) {
      text = Files.readString(out, StandardCharsets.ISO_8859_1).strip();
    }
    var lines = text.lines().toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
  }
}
