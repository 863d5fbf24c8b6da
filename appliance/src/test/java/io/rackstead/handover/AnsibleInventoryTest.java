package io.rackstead.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The inventory as Ansible itself reads it, by the script that an operator would use.
@Tag("lab")
@SuppressWarnings("NullAway.Init")
class AnsibleInventoryTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/ansible-inventory")), "ansible-core is not installed");
    served = new Served(folder.resolve("data"));
    served.site.pass(Duration.between(served.site.instant(), Instant.now()));
    admin = served.person("ada", Role.ADMIN);
  }

  @AfterEach
  void stop() {
    if (served != null) {
      served.close();
    }
  }

  private Machine deployed() {
    var machine = served.ready();
    var order =
        admin.json(
            "/api/machines/" + machine.id() + "/actions/deploy", "{\"image\":\"debian-12\"}");
    assertThat(order.status()).as(order.body()).isEqualTo(200);
    served.site.machines.apply(machine.id(), new Event.Booted(), Actor.APPLIANCE);
    return served.now(machine);
  }

  @Test
  void ansibleSeesTheDeployedMachinesAndAPlaybookReachesThoseOfARole() throws Exception {
    admin.put("/api/targets/nobody", "{\"broker\":\"noop\",\"config\":{}}");
    var host = deployed();
    admin.json(
        "/api/machines/" + host.id() + "/hand-over",
        "{\"target\":\"nobody\",\"role\":\"kvm-host\"}");
    var other = deployed();
    served.ready();
    var hostile = other.labels().withTags(List.of("edge-1")).withPlace("default", "{{ 1 + 1 }}");
    served.site.machines.apply(other.id(), new Event.Edit(hostile), Actor.APPLIANCE);
    var script = Path.of("../tests/clients/ansible/rackstead-inventory").toRealPath();
    var listed = run("ansible-inventory", "-i", script.toString(), "--list");
    assertThat(listed)
        .contains("\"role_kvm_host\"", "\"tag_edge_1\"", "\"ansible_host\": \"10.77.0.9\"")
        .contains(host.hostname(), other.hostname());
    var playbook = folder.resolve("site.yml");
    Files.writeString(
        playbook,
        """
        - hosts: role_kvm_host
          connection: local
          gather_facts: false
          tasks:
            - ansible.builtin.assert:
                that:
                  - rackstead_role == 'kvm-host'
                  - inventory_hostname == '%s'
                  - hostvars['%s'].rackstead_pool is search('1 . 1')
        """
            .formatted(host.hostname(), other.hostname()));
    var played = run("ansible-playbook", "-i", script.toString(), playbook.toString());
    assertThat(played).contains(host.hostname()).contains("ok=1").contains("failed=0");
    assertThat(played).doesNotContain(other.hostname() + " ");
  }

  private String run(String... command) throws Exception {
    var builder = new ProcessBuilder(new ArrayList<>(List.of(command))).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("RACKSTEAD_URL", "http://127.0.0.1:" + served.port());
    builder.environment().put("RACKSTEAD_KEY", admin.key().reveal());
    var out = folder.resolve("out.txt");
    var process = builder.redirectOutput(out.toFile()).start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    var said = Files.readString(out);
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
