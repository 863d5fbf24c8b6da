package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The spine with a real Debian: unknown, inspected, installed, logged in to, released, erased; on
/// a BIOS and a UEFI server, in peace and with an appliance that is killed on the way; and a rescue
/// in between.
@Tag("slow")
class FullLifeCycleStoryTest {
  // five times what a quiet machine needs
  private static final Duration READY = Duration.ofMinutes(15);
  private static final Duration DEPLOY = Duration.ofMinutes(30);
  private static final Duration RELEASE = Duration.ofMinutes(10);
  private static final Duration RESCUE = Duration.ofMinutes(5);
  private static final Duration SSH = Duration.ofMinutes(3);
  private static final Duration STORY = Duration.ofHours(1);
  private static final int WIPED = 1 << 20;
  private static final int KILLS = 5;

  @TempDir Path data;
  private Path key;
  private String publicKey;

  @BeforeEach
  void anSshKey() throws Exception {
    key = data.resolve("key");
    Command.output(
        Duration.ofSeconds(30),
        List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    publicKey = Files.readString(data.resolve("key.pub")).strip();
  }

  @Test
  void aServerIsInstalledLoggedInToAndReleased() {
    try (var lab = Lab.start(data.resolve("lab"), 2, "debian-12")) {
      walkBoth(lab);
    }
  }

  @Test
  void aDeployedServerIsRescuedAndThenBootsItsOwnDiskAgain() {
    try (var lab = Lab.start(data.resolve("lab"), 1, "debian-12")) {
      var api = lab.api();
      api.addSshKey(publicKey);
      String id = api.awaitMachine(Lab.mac(1), READY).path("id").asText();
      api.awaitState(id, "Ready", READY);
      install(lab, api, id, 1);

      api.act(id, "rescue", Map.of());
      String address = api.awaitState(id, "Rescue mode", RESCUE).path("addresses").path(0).asText();
      var login = lab.server(1).sshAs("root", key, address, "cat /proc/1/comm; blkid -p /dev/vda");
      assertThat(login.exit()).as(login.out()).isZero();
      assertThat(login.out()).contains("PTTYPE=\"gpt\"");
      Api.await(
          "timeline that says how to log in",
          SSH,
          () ->
              api.timeline(id).contains("ssh root@" + address)
                  ? java.util.Optional.of(true)
                  : java.util.Optional.empty());
      assertThat(lab.server(1).console()).contains("ssh root@" + address);

      api.act(id, "exit-rescue", Map.of());
      api.awaitState(id, "Deployed", RESCUE);
      saysItIs(lab, api.machine(id), 1);
    }
  }

  @Test
  void aDeploymentThatIsAbortedMidWriteIsDoneAgain() {
    try (var lab = Lab.start(data.resolve("lab"), 1, "debian-12")) {
      var api = lab.api();
      var server = lab.server(1);
      String id = api.awaitMachine(Lab.mac(1), READY).path("id").asText();
      api.awaitState(id, "Ready", READY);
      api.act(id, "deploy", Map.of("image", "debian-12"));
      Api.await(
          "a write that has begun",
          DEPLOY,
          () -> {
            var progress = api.machine(id).path("progress");
            return progress.path("step").asText().equals("write-image")
                    && progress.path("done").asLong() > 0
                ? java.util.Optional.of(true)
                : java.util.Optional.empty();
          });

      api.act(id, "abort", Map.of());
      assertThat(api.machine(id).path("state").asText()).isEqualTo("Allocated");
      server.awaitOff(RELEASE);
      server.awaitBmcPower("off");
      assertThat(api.timeline(id)).doesNotContain("image written and read back");

      install(lab, api, id, 1);
      release(lab, api, id, 1);
    }
  }

  @Test
  void theSameHappensWhenTheApplianceIsKilledFiveTimes() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed of the kills: -Dseed=" + seed);
    var random = new Random(seed);
    var over = new CountDownLatch(1);
    try (var lab = Lab.start(data.resolve("lab"), 2, "debian-12")) {
      var killer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int kill = 1; kill <= KILLS; kill++) {
                    int pause = 5 + random.nextInt(60);
                    if (over.await(pause, TimeUnit.SECONDS)) {
                      System.out.println("the story was over before kill " + kill);
                      return;
                    }
                    System.out.println("kill " + kill + " after a pause of " + pause + " s");
                    lab.killAppliance();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      walkBoth(lab);
      over.countDown();
      killer.join();
    }
  }

  /// Both at once, as in a rack; each tells its own failure.
  private void walkBoth(Lab lab) {
    var walks =
        Stream.of(1, 2)
            .map(number ->
                CompletableFuture.runAsync(() -> walk(lab, number), Thread::startVirtualThread))
            .toList();
    assertThat(walks).allSatisfy(walk -> assertThat(walk).succeedsWithin(STORY));
  }

  private void walk(Lab lab, int number) {
    try {
      var api = lab.api();
      String id = api.awaitMachine(Lab.mac(number), READY).path("id").asText();
      api.awaitState(id, "Ready", READY);
      install(lab, api, id, number);
      release(lab, api, id, number);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("server " + number + ": " + e.getMessage() + "\n" + lab.log(), e);
    }
  }

  private void install(Lab lab, Api api, String id, int number) {
    api.patiently(
        id,
        "deploy",
        Map.of(
            "image",
            "debian-12",
            "hostname",
            "server-" + number,
            "ssh_keys",
            List.of(publicKey),
            "user_data",
            "#cloud-config\nruncmd:\n - [sh, -c, 'echo " + mark(number) + " > /var/tmp/mark']\n"));
    var deployed = api.awaitState(id, "Deployed", DEPLOY);
    lab.server(number).awaitBmcPower("on");
    saysItIs(lab, deployed, number);
  }

  /// The installed system answers, with its name and what the user data left in it.
  private void saysItIs(Lab lab, JsonNode deployed, int number) {
    var server = lab.server(number);
    String address = deployed.path("addresses").path(0).asText();
    assertThat(address).startsWith("10.77.0.");
    String said =
        Api.await(
            "login on " + address,
            SSH,
            () -> {
              var login = server.ssh(key, address, "hostname; cat /var/tmp/mark");
              return login.exit() == 0
                  ? java.util.Optional.of(login.out())
                  : java.util.Optional.empty();
            });
    assertThat(said.lines()).containsExactly("server-" + number, mark(number));
  }

  private static String mark(int number) {
    return "mark-of-server-" + number;
  }

  private static void release(Lab lab, Api api, String id, int number) {
    api.patiently(id, "release", Map.of("erase", "quick"));
    api.awaitState(id, "Ready", RELEASE);
    var server = lab.server(number);
    server.awaitOff(RELEASE);
    assertThat(server.bytes(0, WIPED)).containsOnly(0);
    assertThat(server.bytes(server.diskSize() - WIPED, WIPED)).containsOnly(0);
    assertThat(server.partitions()).isEmpty();
  }
}
