package io.rackstead.tests.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// `appliance/run --lab` as a process of its own, on a data folder of its own.
final class Lab implements AutoCloseable {
  /// The repository; surefire sets `basedir` to the module.
  static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("..").normalize();

  private static final Path RUN = ROOT.resolve("appliance/run");
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration QUICK = Duration.ofSeconds(30);

  private final Process launcher;
  private final Path data;
  private final Path log;

  private Lab(Process launcher, Path data, Path log) {
    this.launcher = launcher;
    this.data = data;
    this.log = log;
  }

  /// Starts the lab, with its images built before, and waits for the appliance. What it says lands
  /// in `data/lab.log`.
  static Lab start(Path data, int servers, String image, String... options) {
    assumePossible();
    if (image.equals("none")) {
      Images.with("ephemeral");
    } else {
      Images.with("ephemeral", image);
    }
    return launch(data, servers, image, Map.of(), options);
  }

  private static void assumePossible() {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "virtual servers in namespaces need root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "no QEMU: tests/run");
  }

  /// Starts the launcher alone.
  static Lab launch(
      Path data, int servers, String image, Map<String, String> environment, String... options) {
    assumePossible();
    var command = new ArrayList<String>();
    command.addAll(List.of(RUN.toString(), "--lab", Integer.toString(servers), "--image", image));
    command.addAll(List.of("--data", data.toString(), "--images-from", Images.FOLDER.toString()));
    command.addAll(List.of("--http.port", "0"));
    command.addAll(Arrays.asList(options));
    Path log = data.resolve("lab.log");
    try {
      Files.createDirectories(data);
      var builder =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      var process = builder.start();
      var lab = new Lab(process, data, log);
      try {
        Api.await("ready line", START, lab::ready);
      } catch (AssertionError | RuntimeException e) {
        lab.close();
        throw new AssertionError("the lab did not start: " + e.getMessage() + "\n" + lab.log(), e);
      }
      return lab;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  private Optional<String> ready() {
    if (!launcher.isAlive()) {
      throw new IllegalStateException("the launcher ended with " + launcher.exitValue());
    }
    return log().lines().filter(l -> l.startsWith("ready ")).findFirst();
  }

  String log() {
    return text(log);
  }

  /// A client with the administrator's key.
  Api api() {
    return new Api("http://127.0.0.1:" + setting("PORT"), key());
  }

  String key() {
    var call = List.of(RUN.toString(), "apikey", "--username", "admin", "--data", data.toString());
    return Command.output(QUICK, call).lines().reduce("", (_, last) -> last);
  }

  Path data() {
    return data;
  }

  /// The MAC of server `number`, counted from 1.
  static String mac(int number) {
    return "52:54:00:77:00:%02x".formatted(number);
  }

  /// What the world sees of server `number`, past the product.
  Server server(int number) {
    return new Server(this, number);
  }

  /// Runs a program in the namespace where the appliance lives.
  Command inServerNamespace(Duration limit, List<String> command) {
    var call = new ArrayList<>(List.of("ip", "netns", "exec", setting("LAB") + "-srv"));
    call.addAll(command);
    return Command.run(limit, call);
  }

  /// The appliance dies as in a power cut; the launcher starts it again.
  void killAppliance() {
    long pid = Long.parseLong(text(data.resolve("lab/appliance.pid")).strip());
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  /// The launcher dies without a chance to clean up.
  void kill() {
    launcher.destroyForcibly();
    try {
      launcher.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A value of the lab's `env` file, as LAB, PORT or VMDIR.
  String setting(String name) {
    return text(data.resolve("lab/env"))
        .lines()
        .filter(l -> l.startsWith(name + "="))
        .map(l -> l.substring(name.length() + 1).replace("'", ""))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the lab has no setting " + name));
  }

  static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, ISO_8859_1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  @Override
  public void close() {
    launcher.destroy();
    try {
      if (!launcher.waitFor(60, TimeUnit.SECONDS)) {
        launcher.destroyForcibly();
        throw new IllegalStateException("the lab did not end within 60 s: " + log());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
