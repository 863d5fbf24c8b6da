package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Route.Method;
import io.rackstead.machine.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A field that an answer shows is not a field that may be sent: nobody sets by a form what only
/// the course of things sets.
@SuppressWarnings("NullAway.Init")
class MassAssignmentTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final List<String> LISTS =
      List.of(
          "machines/",
          "devices/",
          "users/",
          "zones/",
          "resourcepools/",
          "tags/",
          "fabrics/",
          "spaces/",
          "subnets/",
          "domains/",
          "dnsresources/",
          "ipranges/",
          "reservedips/",
          "static-routes/",
          "scripts/",
          "boot-resources/",
          "package-repositories/");

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

  /// What a machine is and where it stands, which no form says.
  private static List<Object> kept(Machine machine) {
    return List.of(
        machine.id(),
        machine.identity(),
        machine.state(),
        machine.labels().owner(),
        machine.locked(),
        machine.hardware(),
        machine.quarantine(),
        machine.deployment());
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void noFieldThatAMachineShowsMovesItOrGivesItAway(Role role) {
    var eve = served.person("eve", role);
    var foreign = served.ready();
    admin.post(API + "machines/?op=allocate", "system_id=" + foreign.id());
    var own = served.ready();
    boolean hasOne =
        eve.post(API + "machines/?op=allocate", "system_id=" + own.id()).status() == 200;
    assertThat(hasOne).isEqualTo(role.compareTo(Role.USER) >= 0);
    var shown = new TreeSet<String>();
    admin.get(API + "machines/" + own.id() + "/").json().fieldNames().forEachRemaining(shown::add);
    assertThat(shown).hasSizeGreaterThan(40).contains("system_id", "status", "owner", "locked");
    for (var machine : List.of(own, foreign)) {
      var before = kept(served.now(machine));
      var whole = served.now(machine);
      for (var field : shown) {
        for (var value : List.of("1", "eve", "true", "zzzzzz")) {
          var answer = eve.form("PUT", API + "machines/" + machine.id() + "/", field + "=" + value);
          assertThat(answer.status()).as(field + ": " + answer.body()).isLessThan(500);
        }
      }
      assertThat(kept(served.now(machine))).as("%s", machine).isEqualTo(before);
      if (role.compareTo(Role.USER) < 0 || role == Role.USER && machine.equals(foreign)) {
        assertThat(served.now(machine)).isEqualTo(whole);
      }
    }
  }

  private TreeMap<String, String> everything() {
    var lists = new TreeMap<String, String>();
    for (var list : LISTS) {
      var answer = admin.get(API + list);
      assertThat(answer.status()).as(list).isEqualTo(200);
      lists.put(list, answer.body());
    }
    return lists;
  }

  /// Those who only look leave everything as it is, whatever they send in every field at once.
  @ParameterizedTest
  @EnumSource(names = {"MEMBER", "AUDITOR"})
  void whoMayOnlyLookChangesNothingByAnyField(Role role) {
    var eve = served.person("eve", role);
    var machine = served.ready();
    admin.post(API + "tags/", "name=one");
    admin.post(API + "zones/", "name=one");
    admin.post(API + "fabrics/", "name=one");
    var names = new TreeSet<String>();
    for (var list : LISTS) {
      for (var one : admin.get(API + list).json()) {
        one.fieldNames().forEachRemaining(names::add);
      }
    }
    var form = String.join("=1&", names) + "=1";
    var before = everything();
    var let = new ArrayList<String>();
    for (var operation : served.maas.operations()) {
      if (operation.method() == Method.POST || operation.method() == Method.PUT) {
        var op = operation.op().isEmpty() ? "" : "?op=" + operation.op();
        for (var object : List.of(machine.id().text(), "1", "one", "eve")) {
          var path = API + operation.path().replaceAll("\\{[a-z_]+}", object) + op;
          var answer = eve.form(operation.method().name(), path, form);
          assertThat(answer.status()).as(path + ": " + answer.body()).isLessThan(500);
          if (answer.status() < 300) {
            let.add(operation.path() + op);
          }
        }
      }
    }
    assertThat(everything()).isEqualTo(before);
    assertThat(let).allMatch(path -> path.matches("(account|files|notifications)/.*"));
  }

  /// Also the one who may do all makes nobody an administrator by a field of something else.
  @Test
  void aUserIsWhatTheyWereMadeAndNothingMoreByTheirPreferences() {
    var uma = served.person("uma", Role.USER);
    var before = admin.get(API + "users/uma/").body();
    for (var field : List.of("is_superuser", "is_staff", "role", "username", "groups", "email")) {
      uma.form("PUT", API + "users/uma/", field + "=true");
      uma.post(API + "account/prefs/sshkeys/", field + "=true");
      uma.post(API + "account/?op=create_authorisation_token", field + "=true&name=x");
      uma.post(API + "users/?op=whoami", field + "=true");
    }
    assertThat(admin.get(API + "users/uma/").body()).isEqualTo(before);
  }
}
