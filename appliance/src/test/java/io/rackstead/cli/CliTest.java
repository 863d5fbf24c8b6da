package io.rackstead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Secret;
import io.rackstead.access.Site;
import io.rackstead.event.Entry;
import io.rackstead.image.Architecture;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Identity;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.DatabaseAddress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class CliTest {
  @TempDir Path data;

  private DatabaseAddress address = DatabaseAddress.EMBEDDED;

  private record Said(int exit, String out, String err) {}

  private Said run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--data", data.toString()));
    int exit =
        Cli.run(
            all,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            _ -> address);
    return new Said(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Desk desk(Site site) {
    return new Desk(
        data,
        site.database,
        site.users,
        site.keys,
        site.machines,
        site.events,
        site,
        () -> List.of("rackstead runs"),
        words -> List.of("asked " + String.join("|", words)));
  }

  private Path passwordFile() throws Exception {
    return Files.writeString(data.resolve("password"), "correct horse\n");
  }

  @Test
  void anAdministratorAndAKeyAreMadeBeforeTheFirstStart() throws Exception {
    var made =
        run("createadmin", "--username", "ada", "--password-file", passwordFile().toString());
    assertThat(made).isEqualTo(new Said(0, "administrator ada may sign in\n", ""));
    var key = run("apikey", "--username", "ada");
    assertThat(key.exit()).isZero();
    assertThat(key.out()).matches("[A-Za-z0-9]{18}:[A-Za-z0-9]{18}:[A-Za-z0-9]{32}\n");
    assertThat(run("apikey", "--username", "ada")).isEqualTo(key);
    assertThat(run("apikey", "--username", "ada", "--new").out()).isNotEqualTo(key.out());
    try (var site = new Site(data)) {
      assertThat(site.users.signIn("ada", Secret.of("correct horse"))).isPresent();
    }
  }

  @Test
  void theRunningApplianceIsAskedOverItsSocketWhichIsForItsOwnerOnly() throws Exception {
    try (var site = new Site(data);
        var server = ControlServer.start(data, desk(site))) {
      assertThat(server).isNotNull();
      var rights = Files.getPosixFilePermissions(data.resolve("control.sock"));
      assertThat(PosixFilePermissions.toString(rights)).isEqualTo("rw-------");
      assertThat(run("status")).isEqualTo(new Said(0, "rackstead runs\n", ""));
      assertThat(run("explain", "--mac", "52:54:00:00:00:0a", "--relay", "10.0.0.1"))
          .isEqualTo(new Said(0, "asked 52:54:00:00:00:0a|7|firmware||10.0.0.1|||\n", ""));
      assertThat(
              run("createadmin", "--username", "ada", "--password-file", passwordFile().toString())
                  .exit())
          .isZero();
      var key = run("apikey", "--username", "ada");
      assertThat(site.database.read(tx -> site.keys.of(tx, "ada")).getFirst().reveal() + "\n")
          .isEqualTo(key.out());
      assertThat(run("apikey", "--username", "eve"))
          .isEqualTo(new Said(1, "", "no user eve: createadmin makes one\n"));
    }
    assertThat(data.resolve("control.sock")).doesNotExist();
    assertThat(run("status").exit()).isEqualTo(1);
  }

  @Test
  void aSocketThatAKilledApplianceLeftIsReplaced() throws Exception {
    Files.writeString(data.resolve("control.sock"), "");
    try (var site = new Site(data);
        var server = ControlServer.start(data, desk(site))) {
      assertThat(server).isNotNull();
      assertThat(run("status").exit()).isZero();
    }
  }

  @Test
  void theEventsOfAMachineArePrintedWithTheRuleAndWithoutControlCharacters() throws Exception {
    try (var site = new Site(data)) {
      var machine =
          site.machines.enlist(
              Identity.of(List.of(MacAddress.parse("52:54:00:00:00:01")), "", ""),
              Architecture.AMD64,
              "brave-otter",
              Optional.empty(),
              Actor.APPLIANCE);
      var entry =
          new Entry(
              0,
              Instant.parse("2026-11-22T18:00:01.234Z"),
              Optional.of(machine.id()),
              Optional.empty(),
              "dhcp",
              "",
              "DISCOVER from \u001b[31m\nred",
              "new: enrol",
              Optional.empty());
      site.database.change(tx -> site.events.append(tx, entry));
    }
    var said = run("events", "brave-otter");
    assertThat(said.out().lines().toList())
        .hasSize(2)
        .last()
        .isEqualTo("2026-11-22T18:00:01.234Z  dhcp       DISCOVER from ·[31m·red  [new: enrol]");
    assertThat(run("events", "nobody").err()).startsWith("no machine nobody");
    assertThat(run("events", "brave-otter", "--follow").err()).contains("nothing to follow");
  }

  @Test
  void aBackupComesBackAndTheApplianceOnlyObservesUntilItIsConfirmed(@TempDir Path elsewhere)
      throws Exception {
    String key;
    try (var site = new Site(data);
        var server = ControlServer.start(data, desk(site))) {
      assertThat(server).isNotNull();
      key = site.user("ada", Role.ADMIN).reveal();
      var said = run("backup", elsewhere.resolve("b.zip").toString());
      assertThat(said.err()).isEmpty();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(elsewhere.resolve("b.zip"))))
          .isEqualTo("rw-------");
      site.user("late", Role.ADMIN);
      assertThat(run("restore", elsewhere.resolve("b.zip").toString()).err())
          .contains("stop it first");
    }
    assertThat(Backup.observeOnly(data)).isFalse();
    var said = run("restore", elsewhere.resolve("b.zip").toString());
    assertThat(said.err()).isEmpty();
    assertThat(said.exit()).isZero();
    assertThat(Backup.observeOnly(data)).isTrue();
    assertThat(run("apikey", "--username", "ada").out()).isEqualTo(key + "\n");
    assertThat(run("apikey", "--username", "late").exit()).isEqualTo(1);
    assertThat(run("confirm").out()).contains("acts again");
    assertThat(Backup.observeOnly(data)).isFalse();
  }

  @Test
  void whatIsInPostgreSqlIsBackedUpAndRestoredThere() {
    address = new DatabaseAddress("jdbc:postgresql://db.example/rackstead", "");
    var said = run("restore", "b.dump");
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err())
        .contains("pg_restore --clean --if-exists --single-transaction")
        .contains("--dbname='postgresql://db.example/rackstead'")
        .contains("touch " + data.resolve("observe-only"));
  }

  @Test
  void aFileThatIsNoBackupChangesNothing() throws Exception {
    var file = data.resolve("x.zip");
    try (var zip = new java.util.zip.ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new java.util.zip.ZipEntry("../../etc/passwd"));
    }
    assertThat(run("restore", file.toString()).err()).contains("is not a backup of Rackstead");
    assertThat(Backup.observeOnly(data)).isFalse();
  }

  @Test
  void helpNamesEveryCommand() {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(Cli.run(List.of("--help"), stream, stream, _ -> address)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(Cli.COMMANDS);
    for (var command : Cli.COMMANDS) {
      assertThat(Cli.run(List.of(command, "--help"), stream, stream, _ -> address))
          .as(command)
          .isZero();
    }
    assertThat(Cli.run(List.of("events"), stream, stream, _ -> address)).isEqualTo(2);
  }
}
