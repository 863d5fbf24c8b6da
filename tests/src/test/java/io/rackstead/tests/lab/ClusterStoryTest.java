package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two bare virtual servers and one request: they end as a Kubernetes cluster of its own, a control
/// plane and a worker, on authorities that the appliance made; deleted, they are drained, removed,
/// wiped and Ready again. `tests/lab/kubernetes` builds what they run.
@Tag("slow")
class ClusterStoryTest {
  private static final Duration RELEASED = Duration.ofMinutes(30);
  private static final Duration QUICK = Duration.ofMinutes(2);

  @TempDir Path data;
  private Path key;

  @BeforeEach
  void anSshKeyAndTheImage() {
    BuiltKubernetes.assumed("kubelet", "kube-apiserver", "crictl");
    key = data.resolve("key");
    Command.output(
        QUICK, List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    BuiltKubernetes.image();
  }

  @Test
  void twoBareServersBecomeAClusterAndAreGivenBack() throws Exception {
    try (var lab =
        Lab.launch(
            data.resolve("lab"),
            2,
            BuiltKubernetes.IMAGE,
            Map.of(),
            "--memory",
            HallCluster.MEMORY,
            "--cpus",
            "2",
            "--firmware",
            "bios",
            "--no-power-on")) {
      var api = lab.api();
      try {
        walk(lab, api);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(e.getMessage() + "\n" + explained(lab, api), e);
      }
    }
  }

  private void walk(Lab lab, Api api) throws IOException {
    api.addSshKey(Files.readString(data.resolve("key.pub")).strip());
    var cluster = new HallCluster(lab, api, data);
    cluster.ask();
    // no further hand from here on
    for (int number : List.of(1, 2)) {
      lab.server(number).vm("start");
    }
    cluster.isMade();
    cluster.isGivenBack();
    for (int number : List.of(1, 2)) {
      lab.server(number).awaitOff(RELEASED);
      assertThat(lab.server(number).partitions()).isEmpty();
    }
  }

  /// What a person would look at when it does not come up.
  private String explained(Lab lab, Api api) {
    var text = new StringBuilder(lab.log());
    try {
      for (var machine : api.machines()) {
        var id = machine.path("id").asText();
        text.append("\n== ").append(machine).append('\n').append(api.timeline(id));
        var address = api.machine(id).at("/addresses/0").asText("");
        if (machine.path("state").asText().contains("eploy") && !address.isEmpty()) {
          text.append(
              lab.server(1)
                  .ssh(key, address, "sudo tail -n 60 /var/log/cloud-init-output.log")
                  .out());
        }
      }
    } catch (RuntimeException e) {
      text.append(e);
    }
    for (int number : List.of(1, 2)) {
      text.append("\n== console ").append(number).append('\n');
      text.append(lab.server(number).consoleTail());
    }
    return text.toString();
  }
}
