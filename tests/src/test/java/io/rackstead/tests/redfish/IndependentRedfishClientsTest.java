package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Ironic's client (sushy) and DMTF's redfishtool, which know nothing of us, take the simulated
/// service for a Redfish service: so it shares no misunderstanding with our own client.
class IndependentRedfishClientsTest {
  private final SimulatedServer server = SimulatedServer.usual();
  private final SimulatedRedfish service = new SimulatedRedfish(server);

  @AfterEach
  void close() {
    service.close();
  }

  private record Output(int status, String text) {}

  private static Output run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command[0] + " took longer than two minutes");
    }
    return new Output(process.exitValue(), text);
  }

  @Test
  void sushySwitchesBootsAndReadsTheServer() throws Exception {
    assumeThat(Path.of("/usr/lib/python3/dist-packages/sushy")).as("python3-sushy").exists();
    var script = Path.of("src/test/resources/redfish/sushy_judge.py").toAbsolutePath();
    assertThat(script).exists();
    var output = run("/usr/bin/python3", script.toString(), "http://127.0.0.1:" + service.port());
    assertThat(output.status()).as(output.text()).isZero();
    assertThat(output.text()).contains("all is well");
    assertThat(server.done).startsWith("On", "ForceRestart", "ForceOff");
    assertThat(server.boots()).isEqualTo("PXE EFI ALWAYS");
    assertThat(service.openSessions()).isZero();
  }

  @Test
  void redfishtoolSwitchesAndReadsTheServer() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/redfishtool"))).as("redfishtool").isTrue();
    assertThat(tool("Basic", "Systems", "-1", "get").text())
        .contains(SimulatedServer.UUID, "\"PowerState\": \"Off\"");
    assertThat(tool("Session", "Systems", "-1", "reset", "On").status()).isZero();
    assertThat(server.on).isTrue();
    var boot = tool("Basic", "Systems", "-1", "setBootOverride", "Once", "Pxe");
    assertThat(boot.status()).as(boot.text()).isZero();
    assertThat(server.boots()).isEqualTo("PXE EFI ONCE");
    assertThat(tool("Basic", "AccountService", "Accounts", "list").text())
        .contains("\"UserName\": \"admin\"");
    var added = tool("Basic", "AccountService", "adduser", "eve", "longenough");
    assertThat(added.status()).as(added.text()).isZero();
    assertThat(service.accounts.values()).anyMatch(account -> account.user.equals("eve"));
    assertThat(service.openSessions()).isZero();
  }

  private Output tool(String authentication, String... words)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of("/usr/bin/redfishtool", "-r", "127.0.0.1:" + service.port(), "-S", "Never"));
    command.addAll(List.of("-u", "admin", "-p", "secret", "-A", authentication));
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }
}
