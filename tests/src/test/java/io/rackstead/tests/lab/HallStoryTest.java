package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A hall of five bare virtual servers, three lines of the table and a cluster that is asked for:
/// two end as a Kubernetes of their own, one as a host that runs a virtual server, one is adopted
/// by Ironic, which switches it by what it was told of its BMC, one obeys an Ansible playbook. Then
/// each is given back: removed above, wiped, Ready.
@Tag("slow")
class HallStoryTest {
  private static final int HOST = 3;
  private static final int ADOPTED = 4;
  private static final int PLAIN = 5;

  private static final int IRONIC_PORT = 6385;

  // five times what a quiet machine needs
  private static final Duration DEPLOYED = Duration.ofMinutes(50);
  private static final Duration IN_SERVICE = Duration.ofMinutes(20);
  private static final Duration RELEASED = Duration.ofMinutes(30);
  private static final Duration QUICK = Duration.ofMinutes(2);

  @TempDir Path data;
  private Path key;
  private Optional<Process> ironic = Optional.empty();

  @BeforeEach
  void anSshKeyAndTheImages() {
    BuiltKubernetes.assumed("kubelet", "kube-apiserver", "crictl");
    assumeTrue(
        Command.run(QUICK, script(), "installed").exit() == 0, "python3-ironic is not installed");
    key = data.resolve("key");
    Command.output(
        QUICK, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    BuiltKubernetes.image();
    HallHost.image();
  }

  @AfterEach
  void ironicEnds() throws Exception {
    if (ironic.isPresent()) {
      ironic.get().destroy();
      if (!ironic.get().waitFor(30, TimeUnit.SECONDS)) {
        ironic.get().destroyForcibly();
      }
    }
  }

  @Test
  void fiveBareServersBecomeWhatTheHallWantsAndAreGivenBack() throws Exception {
    try (var lab =
        Lab.launch(
            data.resolve("lab"),
            PLAIN,
            HallHost.IMAGE,
            Map.of(),
            "--memory",
            HallCluster.MEMORY + "," + HallCluster.MEMORY + ",2048,1024,1024",
            "--cpus",
            "2,2,1,1,1",
            "--firmware",
            "bios",
            "--no-power-on")) {
      try {
        walk(lab, lab.api());
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(e.getMessage() + "\n" + explained(lab), e);
      }
    }
  }

  private void walk(Lab lab, Api api) throws IOException {
    api.addSshKey(Files.readString(data.resolve("key.pub")).strip());
    startIronic(lab);
    api.put("/api/targets/vms", Map.of("broker", "libvirt", "config", Map.of()));
    api.put(
        "/api/targets/above",
        Map.of(
            "broker",
            "ironic",
            "config",
            Map.of("url", "http://127.0.0.1:" + IRONIC_PORT, "driver", "ipmi")));
    api.put(
        "/api/policies",
        Map.of(
            "version",
            0,
            "policies",
            List.of(
                HallHost.line(serial(HOST)),
                Map.of(
                    "name",
                    "adopted",
                    "when",
                    serial(ADOPTED),
                    "image",
                    HallHost.IMAGE,
                    "target",
                    "above"),
                Map.of(
                    "name",
                    "plain",
                    "when",
                    serial(PLAIN),
                    "image",
                    HallHost.IMAGE,
                    "role",
                    "web"))));
    var cluster = new HallCluster(lab, api, data);
    cluster.ask();

    // from here on servers are racked, and nothing else
    for (int number : List.of(1, 2)) {
      lab.server(number).vm("start");
    }
    cluster.isMade();
    for (int number : List.of(HOST, ADOPTED, PLAIN)) {
      lab.server(number).vm("start");
    }
    var ids = new ArrayList<String>();
    for (int number : List.of(HOST, ADOPTED, PLAIN)) {
      var id = api.awaitMachine(Lab.mac(number), DEPLOYED).path("id").asText();
      api.awaitState(id, "Deployed", DEPLOYED);
      ids.add(id);
    }
    new Playbook(data, key).isObeyed(lab, api, "role_web");
    api.awaitInService(ids.get(1), IN_SERVICE);
    isIronics(lab, api.machine(ids.get(1)).path("hostname").asText());
    new HallHost(api, ids.get(0)).runsAGuest();

    // and back
    cluster.isGivenBack();
    for (var id : ids) {
      api.act(id, "release", Map.of("erase", "quick"));
    }
    for (var id : ids) {
      api.awaitState(id, "Ready", RELEASED);
    }
    assertThat(api.maas("GET", "vm-hosts/")).isEmpty();
    assertThat(asked(lab, "GET", "/v1/nodes", "").path("nodes")).isEmpty();
    for (int number = 1; number <= PLAIN; number++) {
      lab.server(number).awaitOff(RELEASED);
      assertThat(lab.server(number).partitions()).as("server " + number).isEmpty();
    }
  }

  private static String serial(int number) {
    return "serial = 'RACK-LAB-%02d'".formatted(number);
  }

  /// Active by Ironic's own word, and off and on by its own ipmitool.
  private void isIronics(Lab lab, String node) {
    var path = "/v1/nodes/" + node;
    assertThat(asked(lab, "GET", path, "").path("provision_state").asText()).isEqualTo("active");
    for (var wanted : List.of("off", "on")) {
      Api.await(
          "Ironic that takes power " + wanted,
          QUICK,
          () ->
              asked(lab, "PUT", path + "/states/power", "{\"target\":\"power " + wanted + "\"}")
                      .has("error_message")
                  ? Optional.empty()
                  : Optional.of(true));
      Api.await(
          "server " + ADOPTED + " that is " + wanted,
          QUICK,
          () ->
              lab.server(ADOPTED).isOn() == wanted.equals("on")
                  ? Optional.of(true)
                  : Optional.empty());
    }
  }

  /// A node that Ironic is busy with is locked: the answer says so in `error_message`.
  private static JsonNode asked(Lab lab, String method, String path, String body) {
    var call =
        List.of(
            "curl",
            "-sS",
            "-m",
            "30",
            "-X",
            method,
            "-H",
            "X-OpenStack-Ironic-API-Version: 1.78",
            "-H",
            "Content-Type: application/json",
            "-d",
            body,
            "http://127.0.0.1:" + IRONIC_PORT + path);
    var done = lab.inServerNamespace(QUICK, call);
    assertThat(done.exit()).as(done.out()).isZero();
    try {
      return new ObjectMapper().readTree(done.out());
    } catch (IOException e) {
      throw new AssertionError(path + " was answered with " + done.out(), e);
    }
  }

  private void startIronic(Lab lab) throws IOException {
    var folder = Files.createDirectories(data.resolve("ironic"));
    ironic =
        Optional.of(
            new ProcessBuilder(
                    "ip",
                    "netns",
                    "exec",
                    lab.setting("LAB") + "-srv",
                    script(),
                    "serve",
                    folder.toString(),
                    Integer.toString(IRONIC_PORT))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start());
    var call =
        List.of("curl", "-sf", "-m", "5", "http://127.0.0.1:" + IRONIC_PORT + "/v1/drivers/ipmi");
    Api.await(
        "Ironic that serves",
        QUICK.multipliedBy(3),
        () ->
            lab.inServerNamespace(QUICK, call).exit() == 0 ? Optional.of(true) : Optional.empty());
  }

  private static String script() {
    return Lab.ROOT.resolve("tests/lab/ironic.sh").toString();
  }

  /// What a person would look at when it does not come up.
  private String explained(Lab lab) {
    var text = new StringBuilder(lab.log());
    try {
      for (var machine : lab.api().machines()) {
        text.append("\n== ").append(machine).append('\n');
        text.append(lab.api().timeline(machine.path("id").asText()));
      }
      text.append(lab.api().get("/api/clusters"));
    } catch (RuntimeException e) {
      text.append(e);
    }
    for (int number = 1; number <= PLAIN; number++) {
      text.append("\n== console ").append(number).append('\n');
      text.append(lab.server(number).consoleTail());
    }
    return text.toString();
  }
}
