package io.rackstead.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Served;
import io.rackstead.agent.Capability;
import io.rackstead.image.ImageId;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Debian's Ignition sets up a root by our answer, and what it put there runs.
class IgnitionTest {
  private static final Path PROGRAM =
      Path.of("../tests/target/ignition/usr/lib/dracut/modules.d/30ignition/ignition");
  private static final String OWN =
      """
      {"ignition":{"version":"3.2.0"},"storage":{"files":[{"path":"/etc/own","contents":{"source":"data:,mine"}}]}}
      """;

  @TempDir Path folder;

  private Path root() throws Exception {
    // the keys of a user are written as that user
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    var root = Files.createDirectories(folder.resolve("root"));
    var etc = root.resolve("etc");
    var labels = Files.createDirectories(etc.resolve("selinux/none/contexts/files"));
    Files.createFile(labels.resolve("file_contexts"));
    Files.writeString(etc.resolve("passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(etc.resolve("group"), "root:x:0:\n");
    Files.writeString(etc.resolve("shadow"), "root:*:1::::::\n");
    Files.writeString(etc.resolve("gshadow"), "root:*::\n");
    Files.writeString(etc.resolve("selinux/config"), "SELINUX=disabled\nSELINUXTYPE=none\n");
    // a folder has no labels
    program("setfiles", "exit 0");
    return root;
  }

  private void program(String name, String does) throws Exception {
    var file = Files.createDirectories(folder.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + does + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private int run(List<String> command) throws Exception {
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile());
    builder.environment().put("IGNITION_CONFIG_FILE", folder.resolve("config.ign").toString());
    builder
        .environment()
        .merge(
            "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", (_, all) -> folder.resolve("bin") + ":" + all);
    var process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private void ignite(Path root) throws Exception {
    for (var stage : List.of("fetch-offline", "fetch", "files")) {
      var command =
          List.of(
              PROGRAM.toRealPath().toString(),
              "-platform=file",
              "-stage=" + stage,
              "-root=" + root,
              "-config-cache=" + folder.resolve("cache"),
              "-state-file=" + folder.resolve("state"),
              "-neednet=" + folder.resolve("neednet"),
              "-log-to-stdout");
      assertThat(run(command)).as(Files.readString(folder.resolve("out"))).isZero();
    }
  }

  private static Machine deploying(Served served) throws Exception {
    var machine = served.ready();
    served.site.machines.apply(machine.id(), new Event.Allocate("ada"), Actor.APPLIANCE);
    served.site.machines.apply(
        machine.id(),
        new Event.Deploy(
            new Deployment(
                ImageId.parse("custom/flatcar"),
                "0".repeat(64),
                "",
                List.of("ssh-ed25519 AAAA ada@home"),
                OWN,
                false,
                false,
                Optional.empty(),
                0,
                Optional.empty())),
        Actor.APPLIANCE);
    return served.now(machine);
  }

  private static String report(Served served, Machine machine) {
    var capability =
        served.capabilities.mint(
            Optional.of(machine.id()),
            machine.identity().macs().getFirst(),
            machine.epoch(),
            Capability.Kind.REPORT,
            "",
            Duration.ofDays(1));
    served.capabilities.keep(capability);
    return "http://127.0.0.1:%d/MAAS/metadata/status/%s"
        .formatted(served.port(), capability.text());
  }

  @ParameterizedTest
  @CsvSource({"true, DEPLOYED", "false, FAILED_DEPLOYMENT"})
  void ignitionPutsDownWhatTheFirstStartDoesAndReports(String ends, State state) throws Exception {
    assumeTrue(Files.isExecutable(PROGRAM), "ignition is not there: tests/run fetches it");
    assumeTrue(System.getProperty("user.name", "").equals("root"), "ignition gives files to users");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
    try (var served = new Served(folder.resolve("data"))) {
      var machine = deploying(served);
      var first = "#!/bin/sh\necho \"it's\" >>'%s/first'\n%s\n".formatted(folder, ends);
      Files.write(
          folder.resolve("config.ign"),
          Seed.content("/ignition/config.ign", machine, report(served, machine), first));
      var root = root();
      ignite(root);
      var etc = root.resolve("etc");
      assertThat(etc.resolve("hostname")).hasContent(machine.hostname());
      assertThat(etc.resolve("own")).hasContent("mine");
      assertThat(Files.readString(etc.resolve("passwd"))).contains("\ncore:");
      assertThat(root.resolve("home/core/.ssh/authorized_keys.d/ignition"))
          .content()
          .contains("ssh-ed25519 AAAA ada@home");
      assertThat(Files.readString(etc.resolve("systemd/system-preset/20-ignition.preset")))
          .contains("enable rackstead-once.service");
      var once = List.of("/bin/sh", etc.resolve("rackstead/once").toString());
      assertThat(run(once))
          .as(Files.readString(folder.resolve("out")))
          .isEqualTo(state == State.DEPLOYED ? 0 : 1);
      assertThat(served.state(machine)).isEqualTo(state);
      assertThat(served.now(machine).standing().message())
          .contains(state == State.DEPLOYED ? "" : "journalctl -u rackstead-once");
      // a start later it is not done again
      var _ = run(once);
      assertThat(folder.resolve("first")).hasContent("it's");
    }
  }

  @Test
  void aReportThatNobodyHearsIsTriedAgainAtTheNextStart() throws Exception {
    var rackstead = Files.createDirectories(folder.resolve("rackstead"));
    try (var served = new Served(folder.resolve("data"))) {
      var config = Ignition.of(deploying(served), "http://127.0.0.1:9/r", "");
      for (var file : config.at("/storage/files")) {
        var path = Path.of(file.path("path").asText());
        var source = file.at("/contents/source").asText().substring("data:;base64,".length());
        Files.write(
            rackstead.resolve(path.getFileName().toString()),
            java.util.Base64.getDecoder().decode(source));
      }
    }
    // as curl where nobody answers, and then where somebody does
    for (var result : List.of("7", "0")) {
      program("curl", "echo \"$@\" >>%s/asked\nexit %s".formatted(folder, result));
      assertThat(run(List.of("/bin/sh", rackstead.resolve("once").toString())))
          .isEqualTo(result.equals("0") ? 0 : 1);
      assertThat(Files.exists(rackstead.resolve("told"))).isEqualTo(result.equals("0"));
    }
    assertThat(Files.readAllLines(folder.resolve("asked")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("@SUCCESS.json"));
    assertThat(rackstead.resolve("report")).hasContent("url = \"http://127.0.0.1:9/r\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#cloud-config\n",
        "#!/bin/sh\n",
        "{",
        "{}",
        "[]",
        "{\"ignition\":{\"version\":3}}"
      })
  void userDataThatIsNoneOfIgnitionsIsRefusedInWords(String userData) {
    assertThat(Ignition.wrong(userData)).contains("ignition.version").contains("butane");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", OWN})
  void anOwnersIgnitionConfigurationIsTaken(String userData) {
    assertThat(Ignition.wrong(userData)).isEmpty();
  }
}
