package io.rackstead.tests.redfish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A virtual server of the lab behind a Redfish service: its lamp is a process that runs or does
/// not, a disc in the drive is read by QEMU itself over HTTP, in pieces, when the server wants
/// them.
final class QemuServer extends SimulatedServer {
  private static final int PATIENCE_SECONDS = 60;
  private static final Map<String, String> DEVICES = Map.of("Pxe", "n", "Hdd", "c", "Cd", "d");

  private final Path script;
  private final Path folder;
  private final String name;

  /// @param script `vm.sh`
  /// @param folder where it keeps `NAME.conf`
  QemuServer(Path script, Path folder, String name, String uuid, String serial, String mac) {
    super(name, uuid, serial);
    this.script = script;
    this.folder = folder;
    this.name = name;
    this.mac = mac;
  }

  @Override
  boolean isOn() {
    return vm("status").startsWith("on");
  }

  @Override
  void starting() {
    write(".once", enabled.equals("Disabled") ? "" : DEVICES.getOrDefault(target, ""));
    vm("start");
  }

  @Override
  void stopping() {
    vm("kill");
  }

  /// The next start has it; one that runs loses what is taken out of its drive.
  @Override
  void loaded() {
    System.out.println("drive: " + (image.isEmpty() ? "empty" : image));
    System.out.flush();
    write(".cd", image);
    if (image.isEmpty() && isOn()) {
      vm("eject");
    }
  }

  private void write(String suffix, String text) {
    try {
      Files.writeString(folder.resolve(name + suffix), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String vm(String verb) {
    try {
      var output = Files.createTempFile("vm", ".out");
      try {
        var process =
            new ProcessBuilder(List.of(script.toString(), verb, name))
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException(verb + " took longer than " + PATIENCE_SECONDS + " s");
        }
        var text = Files.readString(output).strip();
        if (process.exitValue() != 0) {
          throw new IllegalStateException(verb + " failed: " + text);
        }
        return text;
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(verb + " was interrupted", e);
    }
  }
}
