package io.rackstead.tests.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A libvirtd of the test's own, with the servers that it starts and a bridge `br0`, in namespaces
/// that end with it. Beside it lies a `virsh` for whoever logs in: the system's, that finds this
/// libvirtd instead of the system's.
public final class PrivateLibvirtd implements AutoCloseable {
  /// libvirt's own host for tests: everything but running.
  public static final String TEST_DRIVER = "test+unix:///default";

  public static final String QEMU = "qemu+unix:///system";

  /// By which it tells which host it is.
  public static final String HOST_UUID = "6f3a2c1e-9b7d-4c55-8e21-0a1b2c3d4e5f";

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration COMMAND = Duration.ofSeconds(90);

  private static final String SETUP =
      """
      set -e
      for place in /run /var/lib/libvirt /etc/libvirt /var/cache/libvirt /var/log/libvirt; do
        [ -d $place ] || continue
        mount -t tmpfs none $place
      done
      mkdir -p /run/lock
      # emulation everywhere: a KVM within a KVM may be there and not work
      [ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm
      mount -t sysfs sysfs /sys
      ip link set lo up
      ip link add br0 type bridge
      ip link set br0 up
      cat > /etc/libvirt/qemu.conf <<'CONF'
      user = "root"
      group = "root"
      security_driver = "none"
      cgroup_controllers = [ ]
      namespaces = [ ]
      remember_owner = 0
      stdio_handler = "file"
      CONF
      # the shell is the first process in there, and buries what QEMU leaves
      libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid" & wait
      """;

  private final Path folder;
  private final String driver;
  private final Process process;

  private PrivateLibvirtd(Path folder, String driver, Process process) {
    this.folder = folder;
    this.driver = driver;
    this.process = process;
  }

  /// Skips the test where there is no libvirtd, or not the right to give it a place of its own.
  public static PrivateLibvirtd start(String driver) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/libvirtd")), "no libvirtd is installed");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/virsh")), "no virsh is installed");
    assumeTrue(
        System.getProperty("user.name").equals("root"), "a libvirtd of one's own needs root");
    var folder = Files.createTempDirectory("rs-lv");
    Files.writeString(
        folder.resolve("libvirtd.conf"),
        """
        unix_sock_dir = "%s"
        auth_unix_rw = "none"
        unix_sock_rw_perms = "0700"
        listen_tls = 0
        listen_tcp = 0
        log_outputs = "3:stderr"
        host_uuid = "%s"
        """
            .formatted(folder, HOST_UUID));
    var shim = Files.createDirectory(folder.resolve("bin")).resolve("virsh");
    Files.writeString(
        shim,
        """
        #!/bin/sh
        quiet=
        [ "$1" = -q ] && { quiet=-q; shift; }
        [ "$1 $2" = '-c qemu:///system' ] || { echo "error: asked as virsh $quiet $1 $2" >&2; exit 1; }
        shift 2
        exec /usr/bin/virsh $quiet -c '%s' "$@"
        """
            .formatted(uri(driver, folder)));
    Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
    var process =
        new ProcessBuilder(
                "unshare",
                "-m",
                "-n",
                "-p",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                "sh",
                "-c",
                SETUP,
                "sh",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    var libvirtd = new PrivateLibvirtd(folder, driver, process);
    try {
      libvirtd.awaitAnswer();
      return libvirtd;
    } catch (RuntimeException e) {
      libvirtd.close();
      throw e;
    }
  }

  private static String uri(String driver, Path folder) {
    return driver + "?socket=" + folder.resolve("libvirt-sock");
  }

  /// The folder with the `virsh` for whoever logs in.
  public Path path() {
    return folder.resolve("bin");
  }

  public Path folder() {
    return folder;
  }

  private void awaitAnswer() {
    long until = System.nanoTime() + START.toNanos();
    while (run(List.of("uri")).status() != 0) {
      if (System.nanoTime() - until > 0 || !process.isAlive()) {
        throw new IllegalStateException("libvirtd does not answer: " + log());
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(100));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while libvirtd starts", e);
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Keeps a connection: the test driver's host is as new when the last one has gone.
  public AutoCloseable connection() throws IOException {
    var open = new ProcessBuilder("/usr/bin/virsh", "-c", uri(driver, folder)).start();
    open.getOutputStream().write("uri\n".getBytes(StandardCharsets.UTF_8));
    open.getOutputStream().flush();
    var in = open.inputReader();
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("test") || line.startsWith("qemu")) {
        return () -> {
          open.destroyForcibly();
          open.onExit().join();
        };
      }
    }
    throw new IOException("virsh ended: " + log());
  }

  /// What virsh says, past the appliance.
  public String virsh(String... words) {
    var said = run(List.of(words));
    if (said.status() != 0) {
      throw new IllegalStateException("virsh " + List.of(words) + ": " + said.text());
    }
    return said.text().strip();
  }

  private record Said(int status, String text) {}

  private Said run(List<String> words) {
    var command = new ArrayList<>(List.of("/usr/bin/virsh", "-q", "-c", uri(driver, folder)));
    command.addAll(words);
    try {
      var out = Files.createTempFile(folder, "said", "");
      var virsh =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!virsh.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
        virsh.destroyForcibly();
        throw new IllegalStateException("virsh " + words + " does not end");
      }
      return new Said(virsh.exitValue(), Files.readString(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in virsh " + words, e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    process.onExit().join();
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
