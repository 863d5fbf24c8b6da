package io.rackstead.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.agent.Capability;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class MetadataServiceTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHnTt5yQm0sVXWjYy3u4PqCk1pVbq0m2yQyqz6S1xXyZ a";
  private static final String USER_DATA = "#cloud-config\npackages: [htop]\n";
  private static final String LATEST = "/MAAS/metadata/latest/";

  @TempDir Path folder;
  private Served served;
  private Machine machine;
  private Capability token;

  @BeforeEach
  void aMachineBeingDeployed() throws IOException {
    served = new Served(folder.resolve("data"));
    var admin = served.person("ada", Role.ADMIN);
    admin.post("/MAAS/api/2.0/account/prefs/sshkeys/", "key=" + KEY.replace("+", "%2B"));
    machine = served.ready();
    var data = Base64.getUrlEncoder().encodeToString(USER_DATA.getBytes(StandardCharsets.UTF_8));
    var deployed =
        admin.post(
            "/MAAS/api/2.0/machines/" + machine.id() + "/?op=deploy",
            "user_data=" + data.replace("=", "%3D"));
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
    machine = served.now(machine);
    token = token(machine);
  }

  private Capability token(Machine whose) {
    var made =
        served.capabilities.mint(
            Optional.of(whose.id()),
            whose.identity().macs().getFirst(),
            whose.epoch(),
            Capability.Kind.REPORT,
            "",
            Duration.ofDays(1));
    served.capabilities.keep(made);
    return made;
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private String signature(String consumer, long epoch, String secret, long secondsOff) {
    return ("OAuth realm=\"\", oauth_consumer_key=\"%s\", oauth_token=\"%d\","
            + " oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"%%26%s\","
            + " oauth_timestamp=\"%d\", oauth_nonce=\"1\", oauth_version=\"1.0\"")
        .formatted(consumer, epoch, secret, served.site.instant().getEpochSecond() + secondsOff);
  }

  private String signature() {
    return signature(machine.id().text(), machine.epoch(), token.text(), 0);
  }

  private Answer ask(String method, String path, String body, String authorization) {
    return served.ask(
        method,
        path,
        "application/x-www-form-urlencoded",
        body.getBytes(StandardCharsets.UTF_8),
        "Authorization",
        authorization);
  }

  @Test
  void aMachineReadsWhatIsItsOwn() {
    var path = "/MAAS/metadata//latest/";
    assertThat(ask("GET", path + "meta-data/", "", signature()).body().lines())
        .containsExactly("instance-id", "local-hostname", "public-keys", "vendor-data");
    assertThat(ask("GET", path + "meta-data/instance-id", "", signature()).body())
        .isEqualTo(machine.id().text());
    assertThat(ask("GET", path + "meta-data/public-keys", "", signature()).body()).isEqualTo(KEY);
    assertThat(ask("GET", path + "user-data", "", signature()).body()).isEqualTo(USER_DATA);
    assertThat(ask("GET", "/MAAS/metadata/curtin/latest/user-data", "", signature()).status())
        .isEqualTo(200);
    assertThat(ask("GET", "/MAAS/metadata/2009-04-04/user-data", "", signature()).status())
        .isEqualTo(404);
  }

  @Test
  void nobodyReadsWhatIsAnothers() {
    var item = LATEST + "meta-data/instance-id";
    var id = machine.id().text();
    assertThat(served.ask("GET", item, "", new byte[0]).status()).isEqualTo(401);
    var other = served.ready();
    for (var wrong :
        List.of(
            signature(other.id().text(), machine.epoch(), token.text(), 0),
            signature(id, machine.epoch() + 1, token.text(), 0),
            signature(id, machine.epoch(), "0".repeat(32), 0))) {
      var answer = ask("GET", item, "", wrong);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("Not authenticated as a known node.");
    }
    var foreign = "/MAAS/metadata/status/" + other.id();
    assertThat(ask("POST", foreign, "{}", signature()).status()).isEqualTo(403);
    var downgraded = signature().replace("PLAINTEXT", "none");
    assertThat(ask("GET", item, "", downgraded).status()).isEqualTo(401);
  }

  @Test
  void aClockMayBeThreeHundredSecondsOffAndNotMore() {
    var item = LATEST + "meta-data/instance-id";
    for (long off : List.of(-301L, -299L, 299L, 301L)) {
      var signed = signature(machine.id().text(), machine.epoch(), token.text(), off);
      assertThat(ask("GET", item, "", signed).status())
          .as("%d s", off)
          .isEqualTo(Math.abs(off) > 300 ? 401 : 200);
    }
  }

  @Test
  void aSignalOfFailureFailsTheDeploymentAndAnUnknownOneIsABadRequest() {
    assertThat(ask("POST", LATEST + "?op=netboot_off", "", signature()).body()).isEqualTo("OK");
    assertThat(ask("POST", LATEST + "?op=fly", "", signature()).status()).isEqualTo(400);
    assertThat(ask("POST", LATEST, "op=signal&status=GREAT", signature()).body())
        .isEqualTo("Unknown status code: GREAT");
    assertThat(ask("POST", LATEST, "op=signal&status=WORKING", signature()).status())
        .isEqualTo(200);
    assertThat(ask("POST", LATEST, "op=signal&status=FAILED&error=disk", signature()).body())
        .isEqualTo("OK");
    assertThat(served.state(machine)).isEqualTo(State.FAILED_DEPLOYMENT);
  }

  @Test
  void aReportThatSaysTooLittleIsABadRequest() {
    var path = "/MAAS/metadata/status/" + machine.id();
    assertThat(ask("POST", path, "{not json", signature()).status()).isEqualTo(400);
    assertThat(ask("POST", path, "{\"event_type\":\"start\"}", signature()).body())
        .isEqualTo("Missing parameter in status message: origin");
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYING);
  }

  @Test
  void aFirstStartThatFailsSaysInWhat() {
    finishes("modules-final/config-scripts-vendor", "FAIL");
    finishes("modules-final/config-scripts-user", "SUCCESS");
    finishes("modules-final", "FAIL");
    assertThat(served.state(machine)).isEqualTo(State.FAILED_DEPLOYMENT);
    assertThat(served.now(machine).standing().message())
        .contains("final stage failed on the installed system in config-scripts-vendor: there,");
  }

  private void finishes(String name, String result) {
    var event =
        "{\"event_type\":\"finish\",\"origin\":\"cloudinit\",\"name\":\"%s\",\"description\":\"d\",\"result\":\"%s\"}";
    var path = "/MAAS/metadata/status/" + machine.id();
    assertThat(ask("POST", path, event.formatted(name, result), signature()).status())
        .isLessThan(300);
  }

  /// cloud-init itself, of Debian: its MAAS data source reads, its webhook reports the end.
  @Test
  void cloudInitReadsItsDataAndReportsTheMachineDeployed() throws Exception {
    var unpacked = Path.of("../tests/target/cloud-init/usr/lib/python3/dist-packages");
    var installed = Path.of("/usr/lib/python3/dist-packages");
    var python = Files.isDirectory(unpacked.resolve("cloudinit")) ? unpacked : installed;
    assumeTrue(
        Files.isDirectory(python.resolve("cloudinit"))
            && Files.isDirectory(installed.resolve("oauthlib")),
        "cloud-init and python3-oauthlib are not there: tests/run fetches them");
    served.site.pass(Duration.between(served.site.instant(), Instant.now()));
    // minted by the clock that has just been set forward
    token = token(machine);
    var output = folder.resolve("output");
    var builder =
        new ProcessBuilder(
                "/usr/bin/python3",
                Path.of("../tests/clients/cloudinit/maas.py").toRealPath().toString(),
                "http://127.0.0.1:" + served.port() + "/MAAS/metadata/",
                machine.id().text(),
                Long.toString(machine.epoch()),
                token.text())
            .redirectOutput(output.toFile())
            .redirectError(folder.resolve("errors").toFile());
    builder.environment().put("PYTHONPATH", python.toRealPath().toString());
    var process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("errors"))).isZero();
    var read = Json.parse(Files.readAllBytes(output));
    assertThat(read.path("found").asBoolean()).isTrue();
    assertThat(read.at("/metadata/instance-id").asText()).isEqualTo(machine.id().text());
    assertThat(read.at("/metadata/local-hostname").asText()).isEqualTo(machine.hostname());
    assertThat(read.path("user-data").asText()).isEqualTo(USER_DATA);
    assertThat(read.path("public-keys").path(0).asText()).isEqualTo(KEY);
    assertThat(served.state(machine)).isEqualTo(State.DEPLOYED);
  }
}
