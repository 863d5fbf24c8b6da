package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The MAAS client of Juju, as Debian ships it, in a Go program of ours (tests/clients/juju): each
/// of its steps is a test. Without Go or the package it is skipped, and a step is where the server
/// has no such path yet.
@Tag("lab")
class JujuClientTest {
  private static final Path SOURCE = Path.of("../tests/clients/juju/main.go");
  private static final Path PACKAGE =
      Path.of("/usr/share/gocode/src/github.com/juju/gomaasapi/controller.go");

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> juju() throws Exception {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/go")) && Files.exists(PACKAGE),
        "golang-go and golang-github-juju-gomaasapi-dev are not installed");
    var program = folder.resolve("juju");
    var built =
        run(
            List.of("go", "build", "-o", program.toString(), SOURCE.toRealPath().toString()),
            Duration.ofMinutes(5));
    assertThat(Files.exists(program)).as(String.join("\n", built)).isTrue();
    try (var served = new Served(folder.resolve("data"))) {
      served.site.pass(Duration.between(served.site.instant(), Instant.now()));
      var admin = served.person("ada", Role.ADMIN);
      served.ready();
      served.ready();
      // what the installed system reports, at once
      served.site.machines.listen(change ->
          change
              .now()
              .filter(machine -> machine.state() == State.DEPLOYING)
              .ifPresent(machine ->
                  Thread.startVirtualThread(() ->
                      served.site.machines.apply(
                          machine.id(), new Event.Booted(), Actor.APPLIANCE))));
      var lines =
          run(
              List.of(
                  program.toString(),
                  "http://127.0.0.1:" + served.port() + "/MAAS/",
                  admin.key().reveal(),
                  "bookworm"),
              Duration.ofMinutes(1));
      assertThat(lines).as("steps").hasSizeGreaterThan(20);
      return lines.stream().map(JujuClientTest::step);
    }
  }

  private static DynamicTest step(String line) {
    var words = line.split(" ", 3);
    return DynamicTest.dynamicTest(
        words.length > 1 ? words[1] : line,
        () -> {
          if (words[0].equals("absent")) {
            abort(line);
          }
          assertThat(line).startsWith("ok ");
        });
  }

  private static List<String> run(List<String> command, Duration limit)
      throws IOException, InterruptedException {
    var output = Files.createTempFile(folder, "run", ".txt");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder
        .environment()
        .putAll(
            java.util.Map.of(
                "GO111MODULE", "off",
                "GOPATH", "/usr/share/gocode",
                "GOCACHE", folder.resolve("gocache").toString()));
    var process = builder.start();
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command.getFirst() + " took longer than " + limit);
    }
    return Files.readAllLines(output);
  }
}
