package io.rackstead.appliance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Debian's Ironic beside us, as `tests/lab/ironic.sh` sets it up: the fastest it has.
public record Ironic(Process process, int port) implements AutoCloseable {
  private static final Path SCRIPT = Path.of("../tests/lab/ironic.sh").toAbsolutePath().normalize();
  private static final long LIMIT_S = 120;

  public static boolean installed() throws Exception {
    return new ProcessBuilder(SCRIPT.toString(), "installed").start().waitFor() == 0;
  }

  public static Ironic start(Path folder) throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var out = folder.resolve("out");
    var process =
        new ProcessBuilder(SCRIPT.toString(), "serve", folder.toString(), Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    var ironic = new Ironic(process, port);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (System.nanoTime() < end && process.isAlive()) {
      try (var client = ironic.client()) {
        client.get("/v1");
        return ironic;
      } catch (IOException _) {
        LockSupport.parkNanos(100_000_000);
      }
    }
    ironic.close();
    throw new IOException("Ironic does not serve: " + Files.readString(out));
  }

  PlainClient client() throws IOException {
    return new PlainClient(port, () -> "X-OpenStack-Ironic-API-Version: 1.78");
  }

  /// User and system time; proc(5).
  double cpuSeconds() throws IOException {
    var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    var fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / 100.0;
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
