package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.bmc.PowerState;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Actor;
import io.rackstead.machine.DeployOrder;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class MaasApiTest {
  private static final String API = "/MAAS/api/2.0/";

  /// The keys of a machine that some client cannot do without.
  private static final String KEYS =
      """
      address_ttl architecture bcaches bios_boot_method blockdevice_set boot_disk boot_interface
      cache_sets commissioning_status commissioning_status_name constraints_by_type cpu_count cpu_speed
      cpu_test_status cpu_test_status_name current_commissioning_result_id
      current_installation_result_id current_testing_result_id default_gateways description
      disable_ipv4 distro_series domain enable_hw_sync enable_kernel_crash_dump ephemeral_deploy
      error_description fqdn hardware_info hardware_uuid hostname hwe_kernel interface_set
      interface_test_status interface_test_status_name ip_addresses is_dpu iscsiblockdevice_set
      last_sync locked memory memory_test_status memory_test_status_name min_hwe_kernel netboot
      network_test_status network_test_status_name next_sync node_type node_type_name numanode_set
      osystem other_test_status other_test_status_name owner owner_data parent
      physicalblockdevice_set pod pool power_state power_type raids resource_uri special_filesystems
      status status_action status_message status_name storage storage_test_status
      storage_test_status_name swap_size sync_interval system_id tag_names testing_status
      testing_status_name virtualblockdevice_set volume_groups workload_annotations zone\
      """;

  @TempDir Path folder;
  private Served served;
  private Person admin;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static String path(Machine machine, String op) {
    return API + "machines/" + machine.id() + "/" + (op.isEmpty() ? "" : "?op=" + op);
  }

  private static List<String> keys(JsonNode node) {
    return new ArrayList<>(new TreeSet<>(node.properties().stream().map(e -> e.getKey()).toList()));
  }

  /// What a stock client does; none of them has ever heard of `consent_to_wipe`.
  @Test
  void whoHasAMachineCommissionedGivesItsDisksAwayOnceForAll() {
    var machine = served.newcomer();
    served.report(machine, List.of("gpt", "ext4 home"));
    assertThat(admin.post(path(machine, "mark_broken"), "").status()).isEqualTo(200);
    assertThat(admin.post(path(machine, "mark_fixed"), "").status()).isEqualTo(200);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    var refused = admin.post(path(machine, "deploy"), "distro_series=bookworm");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("ext4 home", "commission the machine");

    assertThat(admin.post(path(machine, "commission"), "").status()).isEqualTo(200);
    served.report(machine, List.of("gpt", "ext4 home"));
    for (var event : List.of(new Event.CommissioningDone(), new Event.TestsPassed())) {
      served.site.machines.apply(machine.id(), event, Actor.agent(machine.id()));
    }
    var taken = admin.post(API + "machines/?op=allocate", "system_id=" + machine.id());
    assertThat(taken.status()).as(taken.body()).isEqualTo(200);
    var deployed = admin.post(path(machine, "deploy"), "distro_series=bookworm");
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
    assertThat(deployed.json().path("status_name").asText()).isEqualTo("Deploying");
  }

  @Test
  void everyoneMayAskForTheVersionAndTheDescription() {
    var version = served.ask("GET", API + "version/", "", new byte[0]);
    assertThat(version.status()).isEqualTo(200);
    assertThat(version.json().path("version").asText()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(version.json().path("capabilities").toString())
        .contains("network-deployment-ubuntu", "authenticate-api");
    assertThat(served.ask("GET", "/MAAS/api/version/", "", new byte[0]).body()).isEqualTo("2.0");
    assertThat(served.ask("GET", "/MAAS/api/1.0/nodes/", "", new byte[0]).status()).isEqualTo(410);
    var describe = served.ask("GET", API + "describe/", "", new byte[0]);
    assertThat(describe.type()).startsWith("application/json");
    var names = new ArrayList<String>();
    describe.json().path("resources").forEach(r -> names.add(r.path("name").asText()));
    assertThat(names)
        .contains("MachinesHandler", "MachineHandler", "UsersHandler", "VersionHandler");
    describe
        .json()
        .path("resources")
        .forEach(r -> {
          boolean version2 = r.path("name").asText().equals("VersionHandler");
          assertThat(r.path("anon").isNull()).isNotEqualTo(version2);
          assertThat(r.path("auth").isNull()).isEqualTo(version2);
        });
  }

  /// Every operation for every role, and for nobody: nothing is open that is not said to be.
  @Test
  void everyOperationIsClosedToAllButThoseItNames() {
    var machine = served.ready();
    for (var operation : served.maas.operations()) {
      var path =
          API
              + operation
                  .path()
                  .replace("{system_id}", machine.id().text())
                  .replaceAll("\\{[a-z_]+}", "0")
              + (operation.op().isEmpty() ? "" : "?op=" + operation.op());
      var nobody = served.ask(operation.method().name(), path, "", new byte[0]);
      if (operation.access() == Access.PUBLIC) {
        assertThat(nobody.status()).as(path).isEqualTo(200);
      } else {
        assertThat(nobody.status()).as(path).isEqualTo(401);
        assertThat(nobody.type()).startsWith("text/plain");
      }
    }
    for (var role : List.of(Role.AUDITOR, Role.USER)) {
      var person = served.person(role.name(), role);
      for (var operation : served.maas.operations()) {
        if (!new Principal("x", role).may(operation.access())) {
          var path =
              API
                  + operation
                      .path()
                      .replace("{system_id}", machine.id().text())
                      .replaceAll("\\{[a-z_]+}", "0")
                  + (operation.op().isEmpty() ? "" : "?op=" + operation.op());
          var answer = person.form(operation.method().name(), path, "");
          assertThat(answer.status()).as("%s %s %s", role, operation.method(), path).isEqualTo(403);
        }
      }
    }
    assertThat(served.state(machine)).isEqualTo(State.READY);
  }

  @Test
  void everyRouteSaysWhoMayUseIt() {
    assertThat(served.routes).isNotEmpty().extracting(Route::access).doesNotContainNull();
    assertThat(
            served.routes.stream()
                .filter(route -> route.access() == Access.PUBLIC)
                .map(Route::path)
                .filter(path -> !path.startsWith("/MAAS/api/1.0/"))
                .distinct())
        .containsExactlyInAnyOrder(
            "/api/session",
            "/api/session/ways",
            "/api/session/oidc",
            "/api/session/oidc/callback",
            "/api/evidence/key",
            "/MAAS/api/version",
            "/MAAS/accounts/authenticate",
            API + "version/",
            API + "version/{operation}/",
            API + "describe/",
            API + "describe/{operation}/");
  }

  @Test
  void aMachineHasAllTheKeysThatClientsRead() {
    for (var machine : List.of(served.ready(), served.newcomer())) {
      var shape = admin.get(path(machine, "")).json();
      assertThat(keys(shape)).isEqualTo(Arrays.asList(KEYS.split("\\s+")));
      assertThat(shape.path("storage").isFloatingPointNumber()).isTrue();
      assertThat(shape.path("memory").isIntegralNumber()).isTrue();
      assertThat(shape.path("osystem").isTextual()).isTrue();
      assertThat(shape.path("distro_series").isTextual()).isTrue();
      assertThat(shape.path("owner").isNull()).isTrue();
      assertThat(shape.path("boot_interface").path("vlan").path("fabric").asText())
          .isEqualTo("fabric-0");
      assertThat(shape.path("resource_uri").asText()).isEqualTo(path(machine, ""));
      shape.path("hardware_info").forEach(value -> assertThat(value.isTextual()).isTrue());
      assertThat(shape.path("interface_set")).hasSize(1);
      assertThat(keys(shape.path("interface_set").get(0)))
          .contains("effective_mtu", "link_connected", "resource_uri", "links", "system_id");
    }
    var disks = admin.get(API + "machines/").json().get(0).path("blockdevice_set");
    for (var disk : disks) {
      assertThat(disk.path("size").asLong()).isEqualTo(8L << 30);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 2",
    "hostname=m1, 1",
    "hostname=nobody, 0",
    "id=zzzzzz, 0",
    "status=ready, 1",
    "status=new&status=ready, 2",
    "not_status=ready, 1",
    "mac_address=3C-FD-FE-00-00-00, 1",
    "arch=amd64/generic, 2",
    "arch=arm64, 0",
    "cpu_count=4, 1",
    "mem=9000, 0",
    "pool=default, 2",
    "power_state=unknown, 2",
    "whatever=1, 2",
  })
  void aListIsFiltered(String query, int count) {
    served.ready();
    served.newcomer();
    assertThat(admin.get(API + "machines/?" + query).json()).hasSize(count);
  }

  @Test
  void anUnknownTagOrZoneIsAMistakeNotAnEmptyList() {
    var answer = admin.get(API + "machines/?tags=none");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("No such tag(s): 'none'.");
    assertThat(admin.get(API + "machines/?zone=mars").status()).isEqualTo(400);
  }

  /// Where the name of an operation may stand, and an empty one that is none.
  @Test
  void anOperationIsNamedInTheQueryTheFormOrThePath() {
    served.ready();
    assertThat(admin.get(API + "users/?op=whoami").json().path("username").asText())
        .isEqualTo("ada");
    assertThat(admin.get(API + "users/op-whoami/").json().path("username").asText())
        .isEqualTo("ada");
    assertThat(admin.get(API + "users/op-whoami").json().path("is_superuser").asBoolean()).isTrue();
    assertThat(admin.get(API + "machines/?op=").json()).hasSize(1);
    var dry = "dry_run=true&op=allocate";
    assertThat(admin.post(API + "machines/", dry).status()).isEqualTo(200);
    assertThat(admin.post(API + "machines/op-allocate", "dry_run=true").status()).isEqualTo(200);
    assertThat(admin.post(API + "machines/?op=allocate", "dry_run=1").status()).isEqualTo(200);
    var unknown = admin.post(API + "machines/?op=fly", "");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.body()).isEqualTo("Unrecognised signature: method=POST op=fly");
    assertThat(admin.get(API + "machines/zzzzzz/").body())
        .isEqualTo("No Machine matches the given query.");
    assertThat(admin.get(API + "plainly/wrong/").body())
        .isEqualTo("Unknown API endpoint: /MAAS/api/2.0/plainly/wrong/.");
  }

  @Test
  void theSameIsUnderstoodInAllThreeEncodings() {
    var machine = served.ready();
    var url = path(machine, "");
    assertThat(admin.form("PUT", url, "description=one").json().path("description").asText())
        .isEqualTo("one");
    var plain = "--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\ntwo\r\n--b--";
    assertThat(
            admin
                .multipart("PUT", url, "multipart/form-data; boundary=\"b\"", plain)
                .json()
                .path("description")
                .asText())
        .isEqualTo("two");
    var base64 =
        "--===1==\r\nContent-Type: text/plain; charset=\"utf-8\"\r\nMIME-Version: 1.0\r\n"
            + "Content-Transfer-Encoding: base64\r\nContent-Disposition: form-data;"
            + " name=\"description\"\r\n\r\ndGhyZWU=\r\n\r\n--===1==--\r\n";
    assertThat(
            admin
                .multipart("PUT", url, "multipart/form-data; boundary=\"===1==\"", base64)
                .json()
                .path("description")
                .asText())
        .isEqualTo("three");
    var empty = "--===1==--\r\n";
    assertThat(
            admin
                .multipart("DELETE", url, "multipart/form-data; boundary=\"===1==\"", empty)
                .status())
        .isEqualTo(204);
    assertThat(admin.get(url).status()).isEqualTo(404);
  }

  @Test
  void theCheapestMachineThatFitsIsAllocatedAndAConflictSaysWhatWasAsked() {
    served.ready(16, 65_536);
    var small = served.ready(2, 2048);
    assertThat(allocate("").json().path("system_id").asText()).isEqualTo(small.id().text());
    var constrained = allocate("cpu_count=8&mem=32768&storage=root:5,data:1");
    assertThat(constrained.status()).isEqualTo(409);
    assertThat(constrained.body())
        .startsWith("No available machine matches constraints: cpu_count=8 mem=32768");
    var big = allocate("cpu_count=8&storage=root:5(ssd)&interfaces=eth:fabric=fabric-0").json();
    assertThat(big.path("owner").asText()).isEqualTo("ada");
    assertThat(big.path("status_name").asText()).isEqualTo("Allocated");
    assertThat(big.path("constraints_by_type").path("storage").path("root").get(0))
        .isEqualTo(big.path("blockdevice_set").get(0).path("id"));
    assertThat(big.path("constraints_by_type").path("interfaces").path("eth").get(0))
        .isEqualTo(big.path("interface_set").get(0).path("id"));
    assertThat(allocate("").body()).isEqualTo("No machine available.");
    assertThat(allocate("system_id=abcdef").body())
        .isEqualTo("No machine with system ID abcdef available.");
    assertThat(allocate("storage=much").status()).isEqualTo(400);
  }

  private Answer allocate(String form) {
    return admin.post(API + "machines/?op=allocate", form);
  }

  @Test
  void twoCallersNeverGetTheSameMachine() throws Exception {
    for (int i = 0; i < 4; i++) {
      served.ready();
    }
    var together = new CyclicBarrier(8);
    Callable<Answer> caller =
        () -> {
          together.await(10, TimeUnit.SECONDS);
          return allocate("");
        };
    var got = new ArrayList<String>();
    int conflicts = 0;
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var answer : threads.invokeAll(java.util.Collections.nCopies(8, caller))) {
        if (answer.get().status() == 200) {
          got.add(answer.get().json().path("system_id").asText());
        } else {
          assertThat(answer.get().status()).isEqualTo(409);
          conflicts++;
        }
      }
    }
    assertThat(got).hasSize(4).doesNotHaveDuplicates();
    assertThat(conflicts).isEqualTo(4);
  }

  @Test
  void aReadyMachineIsDeployedWithItsOwnersKeysAndUserData() {
    var machine = served.ready();
    var key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHnTt5yQm0sVXWjYy3u4PqCk1pVbq0m2yQyqz6S1xXyZ a";
    var added = admin.post(API + "account/prefs/sshkeys/", "key=" + key.replace("+", "%2B"));
    assertThat(added.status()).as(added.body()).isEqualTo(201);
    assertThat(admin.post(API + "account/prefs/sshkeys/", "key=nonsense").status()).isEqualTo(400);
    var userData =
        Base64.getEncoder().encodeToString("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
    var unknown = admin.post(path(machine, "deploy"), "distro_series=jammy");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.json().path("distro_series").get(0).asText()).contains("'debian/bookworm'");
    var deployed =
        admin.post(path(machine, "deploy"), "distro_series=bookworm&user_data=" + userData);
    assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
    assertThat(deployed.json().path("status_name").asText()).isEqualTo("Deploying");
    assertThat(deployed.json().path("osystem").asText()).isEqualTo("debian");
    assertThat(deployed.json().path("distro_series").asText()).isEqualTo("bookworm");
    var deployment = served.now(machine).deployment().orElseThrow();
    assertThat(deployment.sshKeys()).containsExactly(key);
    assertThat(deployment.userData()).isEqualTo("#!/bin/sh\n");
    var again = admin.post(path(machine, "deploy"), "");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body())
        .isEqualTo(
            "Can't deploy a machine that is in the 'Deploying' state: it has to be Ready or Allocated");
    assertThat(admin.post(path(machine, "lock"), "").json().path("locked").asBoolean()).isTrue();
    assertThat(admin.post(path(machine, "lock"), "").status()).isEqualTo(409);
    assertThat(admin.post(path(machine, "abort"), "").status()).isEqualTo(403);
    assertThat(admin.delete(path(machine, "")).status()).isEqualTo(403);
    assertThat(admin.post(path(machine, "unlock"), "").status()).isEqualTo(200);
    assertThat(admin.post(path(machine, "abort"), "").json().path("status_name").asText())
        .isEqualTo("Allocated");
    var released = admin.post(path(machine, "release"), "erase=true&quick_erase=true");
    assertThat(released.json().path("status_name").asText()).isEqualTo("Disk erasing");
  }

  @Test
  void userDataOfTwoMebibytesIsTakenAndMoreIsABadRequestAlsoWhenItIsCompressed() throws Exception {
    var machine = served.ready();
    var most = new byte[DeployOrder.USER_DATA_LIMIT];
    Arrays.fill(most, (byte) '#');
    var more = Arrays.copyOf(most, most.length + 1);
    more[most.length] = '#';
    var packed = new java.io.ByteArrayOutputStream();
    try (var zip = new java.util.zip.GZIPOutputStream(packed)) {
      zip.write(more);
    }
    for (var bytes : List.of(more, packed.toByteArray(), new byte[] {(byte) 0xff, (byte) 0xfe})) {
      var refused = admin.post(path(machine, "deploy"), "user_data=" + encoded(bytes));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.json().path("user_data").get(0).asText()).contains("user data");
    }
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(admin.post(path(machine, "deploy"), "user_data=" + encoded(most)).status())
        .isEqualTo(200);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes).replace("+", "%2B").replace("=", "%3D");
  }

  @Test
  void machinesAreReleasedTogetherOrNotAtAll() {
    var one = served.ready();
    var two = served.ready();
    var user = served.person("uma", Role.USER);
    allocate("system_id=" + one.id());
    user.post(API + "machines/?op=allocate", "system_id=" + two.id());
    var many = API + "machines/?op=release";
    assertThat(admin.post(many, "machines=" + one.id() + "&machines=abcdef").status())
        .isEqualTo(400);
    assertThat(user.post(many, "machines=" + two.id() + "&machines=" + one.id()).status())
        .isEqualTo(400);
    assertThat(served.state(two)).isEqualTo(State.ALLOCATED);
    var released = admin.post(many, "machines=" + one.id() + "&machines=" + two.id());
    assertThat(released.json()).hasSize(2);
    assertThat(admin.post(path(one, "release"), "").status()).isEqualTo(200);
  }

  @Test
  void powerIsSwitchedByItsOwnerAndItsParametersAreForAdministratorsOnly() {
    var machine = served.ready();
    var user = served.person("uma", Role.USER);
    assertThat(admin.post(path(machine, "power_on"), "").status()).isEqualTo(409);
    allocate("");
    assertThat(admin.post(path(machine, "power_on"), "").json().path("power_state").asText())
        .isEqualTo("on");
    assertThat(served.bmc.power()).isEqualTo(PowerState.ON);
    assertThat(admin.get(path(machine, "query_power_state")).body())
        .isEqualTo("{\"state\":\"on\"}");
    assertThat(admin.post(path(machine, "power_off"), "stop_mode=soft").status()).isEqualTo(200);
    var parameters = admin.get(path(machine, "power_parameters"));
    assertThat(parameters.json().path("power_address").asText()).isEqualTo("10.78.0.1");
    assertThat(parameters.json().path("power_pass").asText()).isEqualTo("secret");
    assertThat(user.get(path(machine, "power_parameters")).status()).isEqualTo(403);
    List<String> audit =
        served.site.database.read(
            tx -> tx.list("select what from audit order by id", row -> row.getString(1)));
    assertThat(audit).contains("read power parameters of m0 (" + machine.id() + ")");
  }

  @Test
  void aMachineIsMadeChangedAndRemoved() {
    var made =
        admin.post(
            API + "machines/",
            "hostname=db-1&architecture=amd64&mac_addresses=3c:fd:fe:00:00:77&power_type=ipmi"
                + "&power_parameters_power_address=10.0.0.7&power_parameters_power_user=root"
                + "&power_parameters_power_pass=calvin&commission=false");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    assertThat(made.json().path("status_name").asText()).isEqualTo("New");
    assertThat(made.json().path("power_type").asText()).isEqualTo("ipmi");
    var uri = made.json().path("resource_uri").asText();
    assertThat(admin.get(uri + "?op=power_parameters").json().path("power_pass").asText())
        .isEqualTo("calvin");
    var changed =
        admin.form(
            "PUT",
            uri,
            "hostname=db-2&description=the+one&power_parameters_power_address=10.0.0.8");
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(changed.json().path("fqdn").asText()).isEqualTo("db-2.maas");
    assertThat(admin.get(uri + "?op=power_parameters").json().path("power_address").asText())
        .isEqualTo("10.0.0.8");
    assertThat(admin.get(uri + "?op=power_parameters").json().path("power_pass").asText())
        .isEqualTo("calvin");
    var bad = admin.form("PUT", uri, "hostname=not_a_name");
    assertThat(bad.status()).isEqualTo(400);
    assertThat(keys(bad.json())).containsExactly("hostname");
    assertThat(
            admin
                .post(API + "machines/", "architecture=sparc&mac_addresses=3c:fd:fe:00:00:78")
                .status())
        .isEqualTo(400);
    assertThat(
            admin
                .post(API + "machines/", "hostname=x")
                .json()
                .path("mac_addresses")
                .get(0)
                .asText())
        .contains("At least one MAC");
    assertThat(admin.delete(uri).status()).isEqualTo(204);
    assertThat(admin.delete(uri).status()).isEqualTo(404);
  }

  @Test
  void ownerDataIsKeptUntilReleaseAndAnEmptyValueDeletes() {
    var machine = served.ready();
    assertThat(admin.post(path(machine, "set_owner_data"), "a=1").status()).isEqualTo(409);
    allocate("");
    admin.post(path(machine, "set_owner_data"), "a=1&b=2");
    var after = admin.post(path(machine, "set_workload_annotations"), "a=").json();
    assertThat(after.path("owner_data").toString()).isEqualTo("{\"b\":\"2\"}");
    assertThat(after.path("workload_annotations")).isEqualTo(after.path("owner_data"));
  }

  @ParameterizedTest
  @CsvSource({
    "abort, 409",
    "mark_fixed, 409",
    "exit_rescue_mode, 409",
    "override_failed_testing, 409",
    "unlock, 409",
  })
  void whatTheStateDoesNotAllowIsAConflict(String op, int status) {
    var machine = served.ready();
    var answer = admin.post(path(machine, op), "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.type()).startsWith("text/plain");
  }

  @Test
  void theOtherVerbsMoveTheMachine() {
    var machine = served.ready();
    assertThat(status(machine, "mark_broken", "comment=smoke")).isEqualTo("Broken");
    assertThat(admin.get(path(machine, "")).json().path("error_description").asText())
        .isEqualTo("smoke");
    assertThat(status(machine, "mark_fixed", "")).isEqualTo("Ready");
    assertThat(status(machine, "rescue_mode", "")).isEqualTo("Entering rescue mode");
    assertThat(status(machine, "abort", "")).isEqualTo("Ready");
    assertThat(status(machine, "test", "")).isEqualTo("Testing");
    assertThat(status(machine, "abort", "")).isEqualTo("Ready");
    assertThat(status(machine, "commission", "enable_ssh=1")).isEqualTo("Commissioning");
    assertThat(admin.post(path(machine, "commission"), "").status()).isEqualTo(400);
  }

  private String status(Machine machine, String op, String form) {
    return admin.post(path(machine, op), form).json().path("status_name").asText();
  }

  @Test
  void aPasswordIsTradedForAKeyAndTheSameConsumerGetsTheSameAgain() {
    var body = "username=ada&password=a+good+password&consumer=laptop";
    var first = anonymous("/MAAS/accounts/authenticate/", body);
    assertThat(first.status()).as(first.body()).isEqualTo(200);
    assertThat(keys(first.json()))
        .containsExactly("consumer_key", "name", "token_key", "token_secret");
    assertThat(anonymous("/MAAS/accounts/authenticate/", body).body()).isEqualTo(first.body());
    assertThat(anonymous("/MAAS/accounts/authenticate/", "username=ada&password=x").status())
        .isEqualTo(403);
    assertThat(served.ask("GET", "/MAAS/accounts/authenticate/", "", new byte[0]).status())
        .isEqualTo(405);
  }

  private Answer anonymous(String path, String body) {
    return served.ask(
        "POST", path, "application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void keysAndUsersAreMadeListedAndRemoved() {
    var made = admin.post(API + "account/?op=create_authorisation_token", "name=ci").json();
    var listed = admin.get(API + "account/?op=list_authorisation_tokens").json();
    assertThat(listed).hasSize(2);
    assertThat(listed.toString()).contains(made.path("token_secret").asText());
    var token = "token_key=" + made.path("token_key").asText();
    assertThat(admin.post(API + "account/?op=delete_authorisation_token", token).status())
        .isEqualTo(204);
    assertThat(admin.post(API + "account/?op=delete_authorisation_token", token).status())
        .isEqualTo(404);
    assertThat(admin.post(API + "account/?op=delete_authorisation_token", "").body())
        .isEqualTo("No provided token_key!");
    var user = "username=bob&email=b@x&password=long+enough&is_superuser=0";
    assertThat(admin.post(API + "users/", user).json().path("is_superuser").asBoolean()).isFalse();
    assertThat(admin.post(API + "users/", user).status()).isEqualTo(400);
    assertThat(admin.get(API + "users/").json()).hasSize(2);
    assertThat(admin.delete(API + "users/ada/").status()).isEqualTo(400);
    assertThat(admin.delete(API + "users/bob/").status()).isEqualTo(204);
    assertThat(admin.get(API + "users/bob/").status()).isEqualTo(404);
  }
}
