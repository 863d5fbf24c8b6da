package io.rackstead.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Principal.Scope;
import io.rackstead.access.Served.Person;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init")
class PermissionsTest {
  private static final String API = "/MAAS/api/2.0/";
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

  /// One way to ask: a route of ours, or an operation of MAAS's.
  private record Way(Method method, String path, Access access) {}

  private List<Way> ways() {
    var ways = new ArrayList<Way>();
    for (var operation : served.maas.operations()) {
      var op = operation.op().isEmpty() ? "" : "?op=" + operation.op();
      ways.add(new Way(operation.method(), API + operation.path() + op, operation.access()));
    }
    for (Route route : served.routes) {
      if (route.path().startsWith("/api/")) {
        ways.add(new Way(route.method(), route.path(), route.access()));
      }
    }
    return ways;
  }

  /// Nobody who may not gets beyond the door, whether the thing is theirs, another's or not there;
  /// and an object that somebody may not see answers as one that is not there.
  @Test
  void everyRoleMeetsEveryRouteWithItsOwnAForeignAndAMissingObject() {
    var people = new EnumMap<Role, Person>(Role.class);
    for (var role : Role.values()) {
      people.put(role, served.person("p-" + role.name().toLowerCase(java.util.Locale.ROOT), role));
    }
    var foreign = served.ready();
    take(admin, foreign);
    int asked = 0;
    for (var role : Role.values()) {
      var person = Objects.requireNonNull(people.get(role));
      var rights = new Principal(person.key().username(), role);
      for (var way : ways()) {
        boolean open = way.access() == Access.PUBLIC || way.access() == Access.BEARER;
        for (var object : List.of(foreign.id().text(), "zzzzzz")) {
          var path = way.path().replaceAll("\\{[A-Za-z_.]+}", object);
          boolean stream = path.equals("/api/events") || path.contains("/timeline");
          if (open || stream || (rights.may(way.access()) && way.method() != Method.GET)) {
            continue;
          }
          var answer = ask(person, way, path);
          if (!rights.may(way.access())) {
            assertThat(answer).as("%s %s %s", role, way.method(), path).isEqualTo(403);
          } else {
            assertThat(answer).as("%s %s %s", role, way.method(), path).isNotEqualTo(500);
          }
          asked++;
        }
      }
    }
    assertThat(asked).isGreaterThan(200);
    for (var role : List.of(Role.MEMBER, Role.USER)) {
      var person = Objects.requireNonNull(people.get(role));
      var way = API + "machines/%s/";
      assertThat(person.get(way.formatted(foreign.id())).status()).isEqualTo(404);
      assertThat(person.get(way.formatted(foreign.id())).body())
          .isEqualTo(person.get(way.formatted("zzzzzz")).body());
    }
    assertThat(served.state(foreign)).isEqualTo(State.ALLOCATED);
  }

  private static int ask(Person person, Way way, String path) {
    boolean maas = path.startsWith("/MAAS/");
    return switch (way.method()) {
      case GET, HEAD -> person.get(path).status();
      case DELETE -> person.delete(path).status();
      case LOCK, UNLOCK -> person.ask(way.method().name(), path).status();
      case PUT -> maas ? person.form("PUT", path, "").status() : person.put(path, "{}").status();
      case POST -> maas ? person.post(path, "").status() : person.json(path, "{}").status();
    };
  }

  private static void take(Person person, Machine machine) {
    assertThat(person.post(API + "machines/?op=allocate", "system_id=" + machine.id()).status())
        .isEqualTo(200);
  }

  private Machine inPool(String pool) {
    var machine = served.ready();
    var labels = machine.labels();
    served.site.machines.apply(
        machine.id(),
        new io.rackstead.machine.Event.Edit(labels.withPlace(labels.zone(), pool)),
        io.rackstead.machine.Actor.APPLIANCE);
    return served.now(machine);
  }

  private void grant(String body) {
    assertThat(admin.json("/api/grants", body).status()).isEqualTo(200);
  }

  @Test
  void aRoleInAPoolReachesThatPoolOnly() {
    var here = inPool("lab");
    var there = inPool("shop");
    var mia = served.person("mia", Role.MEMBER);
    assertThat(mia.get(API + "machines/").json()).isEmpty();
    assertThat(mia.post(API + "machines/?op=allocate", "").status()).isEqualTo(403);
    grant("{\"pool\":\"lab\",\"user\":\"mia\",\"role\":\"operator\"}");
    assertThat(mia.get(API + "machines/").json()).hasSize(1);
    assertThat(mia.get(API + "machines/" + there.id() + "/").status()).isEqualTo(404);
    assertThat(mia.post(API + "machines/?op=allocate", "system_id=" + there.id()).status())
        .isEqualTo(409);
    assertThat(mia.form("PUT", API + "machines/" + here.id() + "/", "pool=default").status())
        .isEqualTo(403);
    take(mia, here);
    assertThat(mia.post(API + "machines/" + here.id() + "/?op=release", "").status())
        .isEqualTo(200);
    assertThat(mia.get(API + "machines/?op=power_parameters").status()).isEqualTo(403);
  }

  @Test
  void aGroupGivesItsMembersWhatItHas() {
    var there = inPool("shop");
    var mia = served.person("mia", Role.MEMBER);
    assertThat(admin.json("/api/groups", "{\"name\":\"shopkeepers\"}").status()).isEqualTo(200);
    grant("{\"pool\":\"shop\",\"group\":\"shopkeepers\",\"role\":\"auditor\"}");
    assertThat(mia.get(API + "machines/").json()).isEmpty();
    var member = "/api/groups/shopkeepers/members/mia";
    assertThat(admin.put(member, "{}").status()).isEqualTo(204);
    assertThat(mia.get(API + "machines/").json()).hasSize(1);
    assertThat(mia.post(API + "machines/?op=allocate", "system_id=" + there.id()).status())
        .isEqualTo(403);
    assertThat(admin.delete(member).status()).isEqualTo(204);
    assertThat(mia.get(API + "machines/").json()).isEmpty();
    grant("{\"pool\":\"*\",\"user\":\"mia\",\"role\":\"admin\"}");
    assertThat(mia.get("/api/users").status()).isEqualTo(200);
  }

  /// Nobody becomes more than they are by any field.
  @ParameterizedTest
  @CsvSource({"USER", "OPERATOR", "AUDITOR", "MEMBER"})
  void nobodyGivesThemselvesMore(Role role) {
    var eve = served.person("eve", role);
    for (var way : ways()) {
      if (way.method() == Method.POST || way.method() == Method.PUT) {
        var path = way.path().replaceAll("\\{[A-Za-z_.]+}", "eve");
        var fields =
            "is_superuser=1&role=ADMIN&username=eve&is_admin=true&scope=full&pool=*&user=eve";
        if (path.startsWith("/MAAS/")) {
          eve.form(way.method().name(), path, fields);
        } else if (way.method() == Method.PUT) {
          eve.put(path, "{\"role\":\"admin\",\"user\":\"eve\",\"pool\":\"*\"}");
        } else {
          eve.json(path, "{\"role\":\"admin\",\"user\":\"eve\",\"pool\":\"*\",\"name\":\"eve\"}");
        }
      }
    }
    var whoami = eve.get(API + "users/?op=whoami").json();
    assertThat(whoami.path("is_superuser").asBoolean()).isFalse();
    assertThat(eve.get(API + "machines/?op=power_parameters").status()).isEqualTo(403);
  }

  private Person key(String username, Scope scope, Optional<Duration> life) {
    var key =
        served.site.database.inTransaction(tx ->
            served.site.keys.make(
                tx,
                username,
                "narrow",
                scope,
                life.map(served.site.instant()::plus),
                Origin.CONSOLE));
    return new Person(served, key);
  }

  @Test
  void aKeyOfANarrowScopeIsNotAWayToAWiderOne() {
    var machine = served.ready();
    var reader = key("ada", Scope.READ, Optional.empty());
    var worker = key("ada", Scope.OPERATE, Optional.empty());
    assertThat(reader.get(API + "machines/").status()).isEqualTo(200);
    assertThat(worker.get(API + "machines/").status()).isEqualTo(200);
    var allocate = API + "machines/?op=allocate";
    var refused = reader.post(allocate, "");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("may only read");
    take(worker, machine);
    for (var narrow : List.of(reader, worker)) {
      for (var op : List.of("list_authorisation_tokens")) {
        assertThat(narrow.get(API + "account/?op=" + op).status()).isEqualTo(403);
      }
      assertThat(narrow.post(API + "account/?op=create_authorisation_token", "").status())
          .isEqualTo(403);
      assertThat(narrow.get(API + "machines/?op=power_parameters").status()).isEqualTo(403);
      assertThat(narrow.post(API + "users/", "username=x&password=a+good+password").status())
          .isEqualTo(403);
    }
  }

  @Test
  void aKeyEndsWhenItSaysAndKnowsWhenItWasUsed() {
    var hour = key("ada", Scope.FULL, Optional.of(Duration.ofHours(1)));
    assertThat(hour.get(API + "users/?op=whoami").status()).isEqualTo(200);
    served.site.pass(Duration.ofMinutes(61));
    var late = hour.get(API + "users/?op=whoami");
    assertThat(late.status()).isEqualTo(401);
    assertThat(late.body()).contains("expired");
    var listed = admin.get(API + "account/?op=list_authorisation_tokens").json();
    assertThat(listed)
        .anySatisfy(token -> {
          assertThat(token.path("name").asText()).isEqualTo("narrow");
          assertThat(token.path("last_used").asText()).isEqualTo("2026-11-22T18:00:00Z");
          assertThat(token.path("expires_at").asText()).isEqualTo("2026-11-22T19:00:00Z");
        });
    var form = "name=ci&scope=read&expires_at=2026-11-23T00:00:00Z";
    var made = admin.post(API + "account/?op=create_authorisation_token", form);
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    assertThat(
            admin
                .post(API + "account/?op=create_authorisation_token", "expires_at=2020-01-01")
                .status())
        .isEqualTo(400);
  }

  @Test
  void whoGoesLeavesTheirMachinesToSomebody() {
    var machine = served.ready();
    take(served.person("uma", Role.USER), machine);
    var refused = admin.delete(API + "users/uma/");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains(machine.hostname());
    assertThat(admin.delete(API + "users/uma/?transfer_resources_to=nobody").status())
        .isEqualTo(400);
    assertThat(admin.delete(API + "users/uma/?transfer_resources_to=ada").status()).isEqualTo(204);
    assertThat(served.now(machine).labels().owner()).isEqualTo("ada");
    assertThat(admin.get(API + "users/uma/").status()).isEqualTo(404);
  }

  @Test
  void auditorsReadWhatWasDoneAndOthersDoNot() {
    var audrey = served.person("audrey", Role.AUDITOR);
    assertThat(audrey.get("/api/audit").json().path("rows").get(0).path("what").asText())
        .startsWith("made API key ");
    assertThat(served.person("olga", Role.OPERATOR).get("/api/audit").status()).isEqualTo(403);
  }

  @Test
  void hostileNamesAreTextOrRefused() {
    for (var evil :
        List.of("x'; drop table person; --", "${jndi:ldap://x}", "<script>", "../etc")) {
      var field = java.net.URLEncoder.encode(evil, java.nio.charset.StandardCharsets.UTF_8);
      var made =
          admin.post(API + "users/", "username=" + field + "&password=a+good+password&email=");
      assertThat(made.status()).as(evil).isEqualTo(400);
      var key = admin.post(API + "account/?op=create_authorisation_token", "name=" + field);
      assertThat(key.json().path("name").asText()).isEqualTo(evil);
    }
    assertThat(admin.get(API + "users/").json()).hasSize(1);
  }
}
