package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Receipt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The script as a real shell runs it.
class NodePartTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  @TempDir Path folder;

  private DeclaredBroker broker(String config) {
    var file =
        """
        name: club
        config: {ca: {}, token: {secret: true}}
        generate: {ticket: {token: 16}, until: {in_s: 3600}}
        node:
          files:
            - path: %1$s/etc/club.conf
              mode: "0640"
              content: |
                host = {{machine.hostname}}
                ticket = {{kept.ticket}}
                {{config.ca}}
            - path: %1$s/etc/club.json
              content: {product: "{{machine.product}}", until: "{{kept.until}}", tags: "{{machine.tags}}"}
          commands:
            - [sh, -c, 'printf "%%s" "$1" >"$0"', "%1$s/said", "{{machine.product}}"]
            - [test, -s, "%1$s/etc/club.conf"]
            - [touch, "%1$s/done"]
        """
            .formatted(folder);
    return new DeclaredBroker(
        BrokerFile.parse(file),
        Map.of("ca", config, "token", "s3cr3t-token"),
        new Wire(),
        () -> NOW);
  }

  private static Handover handover(String hostile) {
    var machine = JsonNodeFactory.instance.objectNode();
    machine.put("hostname", "m1").put("product", hostile);
    machine.putArray("tags").add(hostile);
    return new Handover("ho-1", machine);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "R650",
        "'; touch pwned; '",
        "$(touch pwned)`touch pwned`",
        "a\nEND\ntouch pwned\n",
        "\\\" \\' \t {{config.token}}",
        "ü€𝄞"
      })
  void whateverStandsInAValueItIsDataOnTheNode(String hostile) throws Exception {
    var broker = broker("a: [1\n# of the operator's own");
    var prepared = broker.prepare(handover(hostile));
    assertThat(prepared.kept().get("ticket")).matches("[0-9a-z]{16}");
    assertThat(prepared.kept()).containsEntry("until", "2026-01-02T04:04:05Z");
    var script =
        Files.writeString(folder.resolve("script"), broker.firstBoot(handover(hostile), prepared));
    var process =
        new ProcessBuilder("sh", script.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(folder.resolve("done")).exists();
    assertThat(folder.resolve("pwned")).doesNotExist();
    assertThat(Files.readString(folder.resolve("said"))).isEqualTo(hostile);
    assertThat(Files.readAllLines(folder.resolve("etc/club.conf")))
        .containsExactly(
            "host = m1",
            "ticket = " + prepared.kept().get("ticket"),
            "a: [1",
            "# of the operator's own");
    var json = JsonMapper.builder().build().readTree(folder.resolve("etc/club.json").toFile());
    assertThat(json.path("product").asText()).isEqualTo(hostile);
    assertThat(json.path("tags").get(0).asText()).isEqualTo(hostile);
    assertThat(Files.getPosixFilePermissions(folder.resolve("etc/club.conf"))).hasSize(3);
    assertThat(Files.getPosixFilePermissions(folder.resolve("etc/club.json"))).hasSize(2);
  }

  @Test
  void aCommandThatFailsFailsTheFirstStart() throws Exception {
    var file =
        BrokerFile.parse(
            "name: club\nnode: {commands: [['false'], [touch, '%s/done']]}\n".formatted(folder));
    var broker = new DeclaredBroker(file, Map.of(), new Wire(), () -> NOW);
    var script =
        Files.writeString(folder.resolve("s"), broker.firstBoot(handover("x"), Receipt.NONE));
    var process = new ProcessBuilder("sh", script.toString()).start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(folder.resolve("done")).doesNotExist();
  }

  @Test
  void aPreviewShowsFilesAndCommandsAndNoSecret() {
    var preview = broker("CA").preview(handover("R650"));
    assertThat(preview.files()).hasSize(2);
    assertThat(preview.files().getFirst().content()).contains("host = m1", "(ticket)", "CA");
    assertThat(preview.commands().getFirst()).contains("R650");
    assertThat(preview.toString()).doesNotContain("s3cr3t-token");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    assertThatThrownBy(
            () -> {
              var broker = broker("x".repeat(600_000));
              broker.firstBoot(handover("x"), broker.prepare(handover("x")));
            })
        .isInstanceOf(BadBroker.class)
        .hasMessageContaining("more than 512 KiB");
  }
}
