package io.rackstead.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Ansible with the appliance's inventory.
record Playbook(Path folder, Path key) {

  /// @param hosts a group of the inventory
  void isObeyed(Lab lab, Api api, String hosts) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ansible-playbook")), "no Ansible: tests/run");
    var playbook =
        Files.writeString(
            folder.resolve("mark.yml"),
            """
            - hosts: %s
              remote_user: debian
              become: true
              tasks:
                - ansible.builtin.copy: {content: marked, dest: /var/tmp/marked}
            """
                .formatted(hosts));
    var clients = Lab.ROOT.resolve("tests/clients/ansible");
    var done =
        lab.inServerNamespace(
            Duration.ofMinutes(10),
            List.of(
                "env",
                "RACKSTEAD_URL=http://127.0.0.1:" + api.port(),
                "RACKSTEAD_KEY=" + lab.key(),
                "ANSIBLE_HOST_KEY_CHECKING=False",
                "ANSIBLE_TIMEOUT=60",
                "ansible-playbook",
                "-i",
                clients.resolve("rackstead-inventory").toString(),
                "--private-key",
                key.toString(),
                playbook.toString()));
    assertThat(done.exit()).as(done.out()).isZero();
    assertThat(done.out()).contains("changed=1");
  }
}
