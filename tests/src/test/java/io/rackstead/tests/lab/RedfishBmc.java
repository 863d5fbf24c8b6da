package io.rackstead.tests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A Redfish BMC for a server of the lab that has none: a process in the namespace of the machines,
/// on an address of the BMCs' network, with the server's power and drive in its hands.
final class RedfishBmc implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);

  private final Process process;
  private final String address;

  private RedfishBmc(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  static RedfishBmc start(Lab lab, int number) {
    var folder = Path.of(lab.setting("VMDIR"));
    var address = "10.78.128." + number;
    var log = lab.data().resolve("redfish-" + number + ".log");
    try {
      // a start has the disc that is in the drive then, else it is the disk's turn
      Files.writeString(
          folder.resolve("vm" + number + ".conf"),
          "BOOT='c n'\nCD=$(cat \"$b.cd\" 2>/dev/null || :)\n",
          StandardOpenOption.APPEND);
      var builder =
          new ProcessBuilder(
              List.of(
                  "ip",
                  "netns",
                  "exec",
                  lab.setting("LAB") + "-net",
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  "io.rackstead.tests.redfish.QemuRedfishMain",
                  address,
                  "8000",
                  Lab.ROOT.resolve("tests/lab/vm.sh").toString(),
                  folder.toString(),
                  "vm" + number,
                  "7261636b-%04x-4000-8000-525400770%03x".formatted(number, number),
                  "RACK-LAB-%02d".formatted(number),
                  Lab.mac(number)));
      builder.environment().put("LAB", lab.setting("LAB"));
      builder.environment().put("VMDIR", folder.toString());
      builder.environment().put("RUNDIR", lab.setting("RUNDIR"));
      builder.environment().put("NONS", "1");
      var process =
          builder
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(log.toFile())
              .start();
      var bmc = new RedfishBmc(process, "http://" + address + ":8000");
      Api.await(
          "Redfish service of server " + number,
          START,
          () -> {
            if (!process.isAlive()) {
              throw new IllegalStateException("it ended: " + Lab.text(log));
            }
            return Lab.text(log).contains("serving ") ? Optional.of(true) : Optional.empty();
          });
      return bmc;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String address() {
    return address;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
