package io.rackstead.pxe.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Network namespaces of one test, with what runs in them; gone when it ends.
final class Namespaces implements AutoCloseable {
  private final String prefix = "rk" + ProcessHandle.current().pid();
  private final List<String> made = new ArrayList<>();
  private final List<Process> running = new ArrayList<>();

  Namespaces(String... names) throws Exception {
    for (var name : names) {
      run("ip", "netns", "add", prefix + name);
      made.add(prefix + name);
      in(name, "ip", "link", "set", "lo", "up");
    }
  }

  /// A cable: one end in each namespace, both up.
  void cable(String from, String end, String to, String otherEnd) throws Exception {
    run(
        "ip",
        "link",
        "add",
        end,
        "netns",
        prefix + from,
        "type",
        "veth",
        "peer",
        "name",
        otherEnd,
        "netns",
        prefix + to);
    in(from, "ip", "link", "set", end, "up");
    in(to, "ip", "link", "set", otherEnd, "up");
  }

  /// Carries a command out to its end and answers what it said.
  String in(String name, String... command) throws Exception {
    return run(inside(name, command));
  }

  private String[] inside(String name, String... command) {
    var all = new ArrayList<>(List.of("ip", "netns", "exec", prefix + name));
    all.addAll(List.of(command));
    return all.toArray(String[]::new);
  }

  private static String run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + ": " + said).isZero();
    return said;
  }

  /// Starts a command that stays, and leaves its input and output to the caller.
  Process begin(String name, String... command) throws IOException {
    var process =
        new ProcessBuilder(inside(name, command))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    running.add(process);
    return process;
  }

  /// Starts a command that stays; its lines are read as they come.
  BlockingQueue<String> start(String name, String... command) throws IOException {
    var process = new ProcessBuilder(inside(name, command)).redirectErrorStream(true).start();
    running.add(process);
    var lines = new LinkedBlockingQueue<String>();
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
          } catch (IOException | java.io.UncheckedIOException e) {
            lines.add("ended: " + e.getMessage());
          }
        });
    return lines;
  }

  /// A class of the tests as a program of its own.
  static String[] java(Class<?> main, String... args) {
    var command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
    command.addAll(List.of(args));
    return command.toArray(String[]::new);
  }

  /// What the names of all of them begin with.
  String prefix() {
    return prefix;
  }

  static String await(BlockingQueue<String> lines, String wanted) throws InterruptedException {
    return await(lines, wanted, 60);
  }

  static String await(BlockingQueue<String> lines, String wanted, int seconds)
      throws InterruptedException {
    var seen = new ArrayList<String>();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < until) {
      var line = lines.poll(1, TimeUnit.SECONDS);
      if (line != null) {
        seen.add(line);
        if (line.contains(wanted)) {
          return line;
        }
      }
    }
    throw new AssertionError("no line with '" + wanted + "' in " + seen);
  }

  @Override
  public void close() throws Exception {
    for (var process : running) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    for (var name : made) {
      run("ip", "netns", "del", name);
    }
  }
}
