package io.rackstead.tests.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From the start to the first answer with an empty database, and what stays in memory: the
/// appliance beside [BareServer], both with a cache of the JDK.
@Tag("bench")
class StartBenchTest {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("..").normalize();
  private static final int ROUNDS = 7;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  /// One start: CPU and wall time to the first answer, resident memory ten seconds later.
  private record Start(double cpuSeconds, double wallSeconds, double residentMib) {}

  @Test
  void startToTheFirstAnswerBesideABareServer() throws Exception {
    var cache = folder.resolve("bare.aot");
    try (var training = Running.start(bare("-XX:AOTCacheOutput=" + cache))) {
      training.firstAnswer();
    }
    var appliance = new ArrayList<Start>();
    var bare = new ArrayList<Start>();
    for (int round = 0; round < ROUNDS; round++) {
      bare.add(measure(bare("-XX:AOTCache=" + cache)));
      appliance.add(measure(appliance()));
    }
    System.out.printf(
        "start to first answer, CPU s, median of %d: appliance %.2f, bare %.2f, ratio %.2f%n",
        ROUNDS, median(appliance, 0), median(bare, 0), median(appliance, 0) / median(bare, 0));
    System.out.printf(
        "start to first answer, wall s: appliance %.2f, bare %.2f%n",
        median(appliance, 1), median(bare, 1));
    System.out.printf(
        "resident when idle, MiB: appliance %.0f, bare %.0f%n",
        median(appliance, 2), median(bare, 2));
  }

  private Start measure(List<String> command) throws Exception {
    long start = System.nanoTime();
    try (var running = Running.start(command)) {
      running.firstAnswer();
      double wall = (System.nanoTime() - start) / 1e9;
      double cpu = running.cpuSeconds();
      LockSupport.parkNanos(Duration.ofSeconds(10).toNanos());
      return new Start(cpu, wall, running.residentMib());
    }
  }

  private List<String> appliance() throws IOException {
    var data = Files.createTempDirectory(folder, "appliance");
    var command = new ArrayList<>(List.of(ROOT.resolve("appliance/run").toString()));
    command.addAll(List.of("--data", data.toString(), "--http.port", "0"));
    command.addAll(List.of("--pxe.http-port", "0", "--pxe.tftp-port", "0"));
    return command;
  }

  private List<String> bare(String cacheOption) throws IOException {
    var data = Files.createTempDirectory(folder, "bare");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        cacheOption,
        "-Xlog:aot=off",
        "-XX:+UseSerialGC",
        "-Xms24m",
        "-Xmx512m",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        jars(),
        BareServer.class.getName(),
        data.toString());
  }

  /// The product's own libraries, and this class in a jar: a cache wants jars.
  private String jars() throws IOException {
    var jar = folder.resolve("bare.jar");
    if (!Files.exists(jar)) {
      var name = BareServer.class.getName().replace('.', '/') + ".class";
      try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar));
          var in = BareServer.class.getClassLoader().getResourceAsStream(name)) {
        out.putNextEntry(new java.util.jar.JarEntry(name));
        java.util.Objects.requireNonNull(in).transferTo(out);
      }
    }
    try (Stream<Path> libraries = Files.list(ROOT.resolve("appliance/target/lib"))) {
      return Stream.concat(Stream.of(jar), libraries.sorted())
          .map(Path::toString)
          .filter(path -> path.endsWith(".jar"))
          .collect(Collectors.joining(":"));
    }
  }

  private static double median(List<Start> starts, int column) {
    return starts.stream()
        .mapToDouble(s -> column == 0 ? s.cpuSeconds : column == 1 ? s.wallSeconds : s.residentMib)
        .sorted()
        .skip(ROUNDS / 2)
        .findFirst()
        .orElseThrow();
  }

  /// A server process that says where it is.
  private record Running(Process process, Path out) implements AutoCloseable {
    static Running start(List<String> command) throws IOException {
      var out = Files.createTempFile("bench", ".out");
      return new Running(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start(),
          out);
    }

    void firstAnswer() throws Exception {
      long end = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < end && process.isAlive()) {
        var ready = Files.readString(out).lines().filter(l -> l.startsWith("ready ")).findFirst();
        if (ready.isPresent()) {
          var url = URI.create(ready.get().substring("ready ".length())).resolve("/health");
          try (var client = HttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
          }
          return;
        }
        LockSupport.parkNanos(5_000_000);
      }
      throw new TimeoutException("no ready line: " + Files.readString(out));
    }

    /// User and system time, those of reaped children (the start script's) included; proc(5).
    double cpuSeconds() throws IOException {
      var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int field = 11; field <= 14; field++) {
        ticks += Long.parseLong(fields[field]);
      }
      return ticks / 100.0;
    }

    double residentMib() throws IOException {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum()
          / 1024.0;
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(out);
    }
  }
}
