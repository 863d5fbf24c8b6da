package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Served;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.BrokerFile;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import io.rackstead.http.Json;
import io.rackstead.plan.Seed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a broker gives a node, from its file to a first start by cloud-init itself, of Debian.
class FirstBootTest {
  private static final Path INSTALLED = Path.of("/usr/lib/python3/dist-packages");
  @TempDir Path folder;

  private String script(Handover handover, String command) {
    var file =
        """
        name: club
        node:
          files:
            - path: %1$s/etc/club
              content: {tags: "{{machine.tags}}"}
          commands:
            - %2$s
            - [touch, %1$s/joined]
        """
            .formatted(folder, command);
    return new DeclaredBroker(
            BrokerFile.parse(file), Map.of(), new Wire(), java.time.InstantSource.system())
        .firstBoot(handover, Receipt.NONE);
  }

  /// cloud-init's own data source and modules, on the files that an agent would write.
  private JsonNode firstStart(String command) throws Exception {
    var unpacked = Path.of("../tests/target/cloud-init/usr/lib/python3/dist-packages");
    var python = Files.isDirectory(unpacked.resolve("cloudinit")) ? unpacked : INSTALLED;
    assumeTrue(
        Files.isDirectory(python.resolve("cloudinit"))
            && Files.isDirectory(INSTALLED.resolve("configobj")),
        "cloud-init is not there: tests/run fetches it");
    var seed = Files.createDirectories(folder.resolve("cloud/seed/nocloud"));
    try (var served = new Served(folder.resolve("data"))) {
      var machine = served.ready();
      var handover =
          new Handover("ho-1", Described.of(machine, "worker", java.util.List.of("10.0.0.1")));
      var first = script(handover, command);
      for (var path : Seed.PATHS) {
        if (path.contains("/nocloud/")) {
          Files.write(
              seed.resolve(path.substring(path.lastIndexOf('/') + 1)),
              Seed.content(path, machine, "http://10.0.0.9/report", first));
        }
      }
      // the owner's own commands are not in the way of it, nor it in theirs
      Files.writeString(seed.resolve("user-data"), "#cloud-config\nruncmd: [[ls]]\n");
    }
    var builder =
        new ProcessBuilder(
                "/usr/bin/python3",
                Path.of("../tests/clients/cloudinit/nocloud.py").toRealPath().toString(),
                folder.toString())
            .redirectOutput(folder.resolve("output").toFile())
            .redirectError(folder.resolve("errors").toFile());
    builder.environment().put("PYTHONPATH", python.toRealPath().toString());
    var process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("errors"))).isZero();
    return Json.parse(Files.readAllBytes(folder.resolve("output")));
  }

  @Test
  void cloudInitRunsWhatTheLayerAboveGaveBesidesWhatTheOwnerWants() throws Exception {
    var read = firstStart("['true']");
    assertThat(read.path("found").asBoolean()).isTrue();
    assertThat(read.at("/vendor-types/0").asText()).isEqualTo("text/x-shellscript");
    assertThat(read.path("user-data").asText()).contains("runcmd");
    assertThat(read.path("failure").asText()).isEmpty();
    assertThat(folder.resolve("joined")).exists();
    assertThat(Json.parse(Files.readAllBytes(folder.resolve("etc/club"))).path("tags")).isEmpty();
  }

  @Test
  void aNodeThatCannotComeInHasFailedItsFirstStart() throws Exception {
    assertThat(firstStart("['false']").path("failure").asText()).isNotEmpty();
    assertThat(folder.resolve("joined")).doesNotExist();
  }
}
