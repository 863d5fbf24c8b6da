package io.rackstead.tests.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// OpenSSH's own server on loopback, for this test's keys alone. Whoever logs in finds the `virsh`
/// of a [PrivateLibvirtd].
final class RealSshd implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);

  private final Path folder;
  private final int port;
  private final Process process;

  private RealSshd(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /// Skips the test where there is no sshd, or where it would let nobody in.
  static RealSshd start(Path folder, Path path) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/sshd")), "no sshd is installed");
    assumeTrue(
        Files.readAllLines(Path.of("/etc/shadow")).stream()
            .noneMatch(line -> line.startsWith("root:!")),
        "root's account is locked");
    Files.createDirectories(Path.of("/run/sshd"));
    var key = folder.resolve("host_key");
    var made =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", key.toString())
            .redirectErrorStream(true)
            .start();
    if (!made.waitFor(20, TimeUnit.SECONDS) || made.exitValue() != 0) {
      throw new IOException("ssh-keygen: " + new String(made.getInputStream().readAllBytes()));
    }
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(folder.resolve("authorized_keys"), "");
    var config = folder.resolve("sshd_config");
    Files.writeString(
        config,
        """
        ListenAddress 127.0.0.1
        Port %d
        HostKey %s
        AuthorizedKeysFile %s
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        SetEnv PATH=%s:/usr/bin:/bin
        """
            .formatted(port, key, folder.resolve("authorized_keys"), path));
    var process =
        new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sshd.log").toFile())
            .start();
    var sshd = new RealSshd(folder, port, process);
    sshd.await();
    return sshd;
  }

  private void await() throws Exception {
    long until = System.nanoTime() + START.toNanos();
    while (true) {
      try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - until > 0) {
          close();
          throw new IOException(Files.readString(folder.resolve("sshd.log")), e);
        }
        Thread.sleep(50);
      }
    }
  }

  int port() {
    return port;
  }

  void letIn(String key) throws IOException {
    Files.writeString(folder.resolve("authorized_keys"), key + "\n");
  }

  @Override
  public void close() {
    // each session is a process of its own, which would go on
    var sessions = process.descendants().toList();
    process.destroyForcibly();
    process.onExit().join();
    sessions.forEach(ProcessHandle::destroyForcibly);
  }
}
