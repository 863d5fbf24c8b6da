package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people script: a playbook of Ansible's own modules with a dynamic inventory, and curl with
/// headers that are signed by hand.
@Tag("lab")
@SuppressWarnings("NullAway.Init")
class ScriptedClientsTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder.resolve("data"));
    // their signatures carry the time of this host
    served.site.pass(Duration.between(served.site.instant(), Instant.now()));
    admin = served.person("ada", Role.ADMIN);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aPlaybookTakesAMachineFromAllocationToRelease() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/ansible-playbook")), "ansible-core is not installed");
    served.ready();
    served.ready();
    // what the installed system reports, at once
    served.site.machines.listen(change ->
        change
            .now()
            .filter(machine -> machine.state() == State.DEPLOYING)
            .ifPresent(machine ->
                Thread.startVirtualThread(() ->
                    served.site.machines.apply(
                        machine.id(), new Event.Booted(), Actor.APPLIANCE))));
    var said =
        run(
            Duration.ofMinutes(4),
            "ansible-playbook",
            "-i",
            "localhost,",
            Path.of("../tests/clients/ansible/lifecycle.yml").toRealPath().toString());
    assertThat(said).contains("failed=0").contains("unreachable=0").containsPattern("ok=1\\d");
  }

  @Test
  void everyFormOfSignatureThatIsMadeByHandIsUnderstoodAndWrongOnesAreNot() throws Exception {
    var said =
        run(
            Duration.ofMinutes(2),
            Path.of("../tests/clients/curl/signatures.sh").toRealPath().toString(),
            url(),
            admin.key().reveal());
    assertThat(said.lines().toList()).hasSize(21).allMatch(line -> line.startsWith("ok "));
  }

  private String url() {
    return "http://127.0.0.1:" + served.port() + "/MAAS/";
  }

  private String run(Duration limit, String... command) throws Exception {
    var output = Files.createTempFile(folder, "run", ".txt");
    var builder =
        new ProcessBuilder(List.of(command))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("MAAS_URL", url());
    builder.environment().put("MAAS_API_KEY", admin.key().reveal());
    builder.environment().put("ANSIBLE_LOCAL_TEMP", folder.resolve("ansible").toString());
    builder.environment().put("ANSIBLE_NOCOLOR", "1");
    var process = builder.start();
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command[0] + " took longer than " + limit);
    }
    return Files.readString(output);
  }
}
