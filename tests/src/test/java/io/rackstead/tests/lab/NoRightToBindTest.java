package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that may not bind ports below 1024 says so, port by port, and serves the rest.
@Tag("lab")
class NoRightToBindTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String RIGHTS = "-net_bind_service,-net_raw,-net_admin,-sys_admin";

  @TempDir Path data;

  @Test
  void itSaysForEachPortWhatToDoAndTheRestRuns() throws Exception {
    var log = data.resolve("appliance.log");
    var script =
        """
        ip link set lo up
        ip link add prov0 type veth peer name prov1
        ip addr add 10.99.0.1/24 dev prov0
        ip link set prov0 up
        ip link set prov1 up
        exec setpriv --bounding-set=%s "$@"
        """
            .formatted(RIGHTS);
    var process =
        new ProcessBuilder(
                "unshare",
                "--net",
                "sh",
                "-c",
                script,
                "sh",
                Lab.ROOT.resolve("appliance/run").toString(),
                "--data",
                data.resolve("data").toString(),
                "--network",
                "prov0 10.99.0.0/24 server 10.99.0.50-10.99.0.60")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Api.await(
          "ready appliance",
          SOON,
          () -> text(log).contains("ready http") ? Optional.of(true) : Optional.empty());
      assertThat(text(log))
          .contains(
              "no right to bind port 67/udp on prov0: run as root, or grant CAP_NET_BIND_SERVICE"
                  + " and CAP_NET_RAW, or set pxe.dhcp-port",
              "no right to bind port 69/udp on 10.99.0.1: run as root, or grant"
                  + " CAP_NET_BIND_SERVICE and CAP_NET_RAW, or set pxe.tftp-port");
      var answer =
          Command.run(
              SOON,
              "nsenter",
              "--net=/proc/" + process.pid() + "/ns/net",
              "curl",
              "-sS",
              "http://127.0.0.1:5240/MAAS/api/2.0/version/");
      assertThat(answer.out()).contains("\"capabilities\"");
    } finally {
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
