package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.demo.Demo;
import io.rackstead.demo.DemoFolder;
import io.rackstead.demo.DemoOptions;
import io.rackstead.http.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A rack of fake servers comes in by the real doors, and people move it by the API.
class DemoTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path data;

  /// An appliance with a rack, and a signed-in administrator.
  private record Site(Demo demo, Appliance appliance, HttpClient client, String url, String cookie)
      implements AutoCloseable {
    static Site start(Path data, String... flags) throws Exception {
      var all = new java.util.ArrayList<>(List.of("--data", data.toString(), "--http.port", "0"));
      all.addAll(List.of(flags));
      var taken = DemoOptions.take(all);
      var demo = new Demo(taken.demo().orElseThrow());
      var appliance =
          Appliance.start(ConfigReader.read(taken.rest(), Map.of()).config(), Outside.of(demo));
      var port = appliance.serving().get(20, TimeUnit.SECONDS);
      var client = HttpClient.newHttpClient();
      var url = "http://127.0.0.1:" + port;
      var password = appliance.firstPassword().orElseThrow().reveal();
      var signIn =
          HttpRequest.newBuilder(URI.create(url + "/api/session"))
              .header("Content-Type", "application/json")
              .POST(
                  BodyPublishers.ofByteArray(
                      Json.bytes(Map.of("username", "admin", "password", password))))
              .build();
      var cookie =
          client
              .send(signIn, BodyHandlers.discarding())
              .headers()
              .firstValue("Set-Cookie")
              .orElseThrow();
      return new Site(demo, appliance, client, url, cookie.substring(0, cookie.indexOf(';')));
    }

    JsonNode post(String path, Object body) throws Exception {
      var request =
          HttpRequest.newBuilder(URI.create(url + path))
              .header("Content-Type", "application/json")
              .header("Cookie", cookie)
              .header("X-Rackstead", "page")
              .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
              .build();
      var answer = client.send(request, BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).as(new String(answer.body())).isEqualTo(200);
      return Json.parse(answer.body());
    }

    List<JsonNode> machines() {
      try {
        var request =
            HttpRequest.newBuilder(URI.create(url + "/api/machines"))
                .header("Cookie", cookie)
                .header("X-Rackstead", "page")
                .build();
        var answer = client.send(request, BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return StreamSupport.stream(Json.parse(answer.body()).path("machines").spliterator(), false)
            .toList();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    void until(int count, Predicate<JsonNode> so) {
      long end = System.nanoTime() + LIMIT.toNanos();
      var now = machines();
      while ((now.size() != count || !now.stream().allMatch(so)) && System.nanoTime() < end) {
        LockSupport.parkNanos(50_000_000);
        now = machines();
      }
      assertThat(now).hasSize(count).allMatch(so);
    }

    @Override
    public void close() {
      demo.close();
      appliance.close();
    }
  }

  private static Predicate<JsonNode> in(String... states) {
    return machine -> List.of(states).contains(machine.path("state").asText());
  }

  @Test
  void serversAreTakenInTestedDeployedAndReleased() throws Exception {
    try (var site = Site.start(data, "--demo", "4", "--demo.speed", "2000")) {
      site.until(4, in("Ready"));
      for (var machine : site.machines()) {
        var actions = "/api/machines/" + machine.path("id").asText() + "/actions/";
        site.post(actions + "deploy", Map.of("image", "custom/demo"));
      }
      site.until(4, in("Deployed"));
      for (var machine : site.machines()) {
        assertThat(machine.path("power").asText()).isEqualTo("on");
        var actions = "/api/machines/" + machine.path("id").asText() + "/actions/";
        site.post(actions + "release", Map.of("erase", "quick"));
      }
      site.until(4, in("Ready"));
    }
  }

  @Test
  void oneSeedMakesTheSameServersWithTheSameFaults() throws Exception {
    var flags =
        new String[] {
          "--demo", "8", "--demo.speed", "5000", "--demo.faults", "0.6", "--demo.seed", "14"
        };
    assertThat(ends(data.resolve("one"), flags)).isEqualTo(ends(data.resolve("two"), flags));
  }

  /// Serial number to how commissioning and tests ended.
  private static Map<String, String> ends(Path data, String... flags) throws Exception {
    try (var site = Site.start(data, flags)) {
      site.until(8, in("Ready", "Failed testing"));
      var ends = new TreeMap<String, String>();
      site.machines().forEach(m -> ends.put(m.path("macs").toString(), m.path("state").asText()));
      assertThat(ends.values()).contains("Failed testing", "Ready");
      return ends;
    }
  }

  @Test
  void fakeServersAndRealOnesAreNeverInOneFolder() throws Exception {
    var real = Files.createDirectories(data.resolve("real"));
    DemoFolder.claim(real, false);
    Files.createDirectories(real.resolve("db"));
    assertThatThrownBy(() -> DemoFolder.claim(real, true))
        .hasMessage(
            real + " holds a real appliance: give the demo a folder of its own with --data");
    var fake = data.resolve("fake");
    DemoFolder.claim(fake, true);
    Files.createDirectories(fake.resolve("db"));
    DemoFolder.claim(fake, true);
    assertThatThrownBy(() -> DemoFolder.claim(fake, false))
        .hasMessageStartingWith(fake + " holds the fake servers of a demo");
  }

  @Test
  void whatTheDemoDoesNotKnowIsSaidAndTheRestIsLeftToTheConfiguration() {
    assertThat(DemoOptions.take(List.of("--data", "d")).demo()).isEmpty();
    assertThat(DemoOptions.take(List.of("--demo", "3", "--accept", "none")).rest())
        .contains("--accept", "none")
        .doesNotContain("--accept=all");
    assertThatThrownBy(() -> DemoOptions.take(List.of("--demo", "many")))
        .hasMessage("--demo is a number from 1.0 to 100000.0, got many");
    assertThatThrownBy(() -> DemoOptions.take(List.of("--demo.speed", "3")))
        .hasMessage("say how many servers the demo has: --demo 20");
    assertThatThrownBy(() -> DemoOptions.take(List.of("--demo.sped", "3", "--demo", "1")))
        .hasMessageContaining("--demo.sped is not known");
  }
}
