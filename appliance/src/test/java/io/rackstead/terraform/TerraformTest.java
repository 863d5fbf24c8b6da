package io.rackstead.terraform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Terraform (or OpenTofu) itself, with its one built-in provider: no registry is asked.
@Tag("lab")
class TerraformTest {
  private record Ran(int exit, String said) {}

  @TempDir Path folder;

  private static String program() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .flatMap(place -> Stream.of(Path.of(place, "terraform"), Path.of(place, "tofu")))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }

  @Test
  void terraformKeepsItsStateWithUsAndWaitsForNoLockThatIsHeld() throws Exception {
    assumeTrue(!program().isEmpty(), "neither terraform nor tofu is installed");
    try (var served = new Served(folder.resolve("data"))) {
      served.site.pass(Duration.between(served.site.instant(), Instant.now()));
      var uma = served.person("uma", Role.USER);
      var url = "http://127.0.0.1:" + served.port() + "/api/terraform/uma/hall/network";
      Files.writeString(
          folder.resolve("main.tf"),
          """
          terraform {
            backend "http" {
              address        = "%1$s"
              lock_address   = "%1$s"
              lock_method    = "LOCK"
              unlock_address = "%1$s"
              unlock_method  = "UNLOCK"
            }
          }
          resource "terraform_data" "rack" { input = "h1-secret" }
          output "rack" { value = terraform_data.rack.output }
          """
              .formatted(url));
      var key = uma.key().reveal();
      assertThat(run(key, "init", "-input=false")).extracting(Ran::exit).isEqualTo(0);
      assertThat(run(key, "apply", "-auto-approve")).extracting(Ran::exit).isEqualTo(0);
      assertThat(run(key, "output", "-raw", "rack").said()).contains("h1-secret");
      assertThat(
              uma.get("/api/terraform/uma/hall/network").json().at("/outputs/rack/value").asText())
          .isEqualTo("h1-secret");
      served.ask(
          "LOCK",
          "/api/terraform/uma/hall/network",
          "application/json",
          "{\"ID\":\"11111111-2222-3333-4444-555555555555\",\"Who\":\"otto@desk\"}"
              .getBytes(StandardCharsets.UTF_8),
          "Authorization",
          served.site.plaintext(uma.key()));
      var held = run(key, "apply", "-auto-approve");
      assertThat(held.exit()).isNotZero();
      assertThat(held.said()).contains("Error acquiring the state lock", "ID=11111111-2222");
      assertThat(run(key, "force-unlock", "-force", "11111111-2222-3333-4444-555555555555").said())
          .contains("unlocked");
      assertThat(run(key, "destroy", "-auto-approve")).extracting(Ran::exit).isEqualTo(0);
      assertThat(run("wrong:key:here", "plan").exit()).isNotZero();
    }
  }

  private Ran run(String key, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of(program()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("TF_HTTP_USERNAME", "uma");
    builder.environment().put("TF_HTTP_PASSWORD", key);
    builder.environment().put("TF_HTTP_RETRY_MAX", "0");
    builder.environment().put("TF_IN_AUTOMATION", "1");
    builder.environment().put("NO_COLOR", "1");
    builder.environment().put("CHECKPOINT_DISABLE", "1");
    var out = folder.resolve("out.txt");
    var process = builder.redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    return new Ran(process.exitValue(), Files.readString(out));
  }
}
