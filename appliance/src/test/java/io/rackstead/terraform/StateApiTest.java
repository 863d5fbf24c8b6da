package io.rackstead.terraform;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The protocol as Terraform 1.11 was seen to speak it: Basic auth, GET, LOCK, POST with the lock's
/// ID, UNLOCK.
@SuppressWarnings("NullAway.Init")
class StateApiTest {
  private static final String STATE = "/api/terraform/uma/hall/network";
  @TempDir Path folder;
  private Served served;
  private Person uma;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    uma = served.person("uma", Role.USER);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Answer ask(Person person, String method, String path, String body) {
    return ask(person.key().username(), person.key().reveal(), method, path, body);
  }

  private Answer ask(String user, String password, String method, String path, String body) {
    var basic =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return served.ask(
        method,
        path,
        "application/json",
        body.getBytes(StandardCharsets.UTF_8),
        "Authorization",
        "Basic " + basic);
  }

  private static String lock(String id) {
    return "{\"ID\":\"" + id + "\",\"Operation\":\"OperationTypeApply\",\"Who\":\"uma@desk\"}";
  }

  @Test
  void aStateIsLockedWrittenUnlockedAndReadAsItWas() {
    assertThat(ask(uma, "GET", STATE, "").status()).isEqualTo(404);
    assertThat(ask(uma, "LOCK", STATE, lock("a")).status()).isEqualTo(200);
    assertThat(ask(uma, "GET", STATE, "").status()).isEqualTo(404);
    assertThat(ask(uma, "POST", STATE + "?ID=a", "{\"serial\": 1}").status()).isEqualTo(200);
    assertThat(ask(uma, "UNLOCK", STATE, lock("a")).status()).isEqualTo(200);
    assertThat(ask(uma, "GET", STATE, "").body()).isEqualTo("{\"serial\": 1}");
  }

  @Test
  void whoComesSecondIsToldWhoHoldsIt() {
    ask(uma, "LOCK", STATE, lock("a"));
    // the answer to the first one may be lost: the same lock again is the same lock
    assertThat(ask(uma, "LOCK", STATE, lock("a")).status()).isEqualTo(200);
    var second = ask(uma, "LOCK", STATE, lock("b"));
    assertThat(second.status()).isEqualTo(423);
    assertThat(second.json().path("ID").asText()).isEqualTo("a");
    assertThat(second.json().path("Who").asText()).isEqualTo("uma@desk");
    for (var id : new String[] {"", "?ID=b"}) {
      assertThat(ask(uma, "POST", STATE + id, "{}").status()).isEqualTo(423);
    }
    assertThat(ask(uma, "UNLOCK", STATE, lock("b")).status()).isEqualTo(423);
    assertThat(ask(uma, "DELETE", STATE, "").status()).isEqualTo(423);
    // force-unlock sends nothing, and the first one's writing comes too late
    assertThat(ask(uma, "UNLOCK", STATE, "").status()).isEqualTo(200);
    assertThat(ask(uma, "POST", STATE + "?ID=a", "{}").status()).isEqualTo(409);
    var admin = served.person("ada", Role.ADMIN);
    assertThat(admin.get("/api/audit").body()).contains("took away the lock a of");
  }

  @Test
  void eachVersionIsKeptAndADeletedStateIsStillThere() {
    ask(uma, "POST", STATE, "{\"serial\":1}");
    ask(uma, "POST", STATE, "{\"serial\":2}");
    // a client that got no answer sends it again
    ask(uma, "POST", STATE, "{\"serial\":2}");
    var versions = ask(uma, "GET", STATE + "?versions", "").json().path("versions");
    assertThat(versions).hasSize(2);
    assertThat(versions.get(0).path("actor").asText()).isEqualTo("uma");
    assertThat(ask(uma, "GET", STATE + "?version=1", "").body()).isEqualTo("{\"serial\":1}");
    assertThat(ask(uma, "DELETE", STATE, "").status()).isEqualTo(200);
    assertThat(ask(uma, "GET", STATE, "").status()).isEqualTo(404);
    assertThat(ask(uma, "GET", STATE + "?version=2", "").body()).isEqualTo("{\"serial\":2}");
    for (int i = 3; i < 60; i++) {
      ask(uma, "POST", STATE, "{\"serial\":" + i + "}");
    }
    assertThat(ask(uma, "GET", STATE + "?versions", "").json().path("versions")).hasSize(50);
    assertThat(ask(uma, "GET", STATE + "?version=1", "").status()).isEqualTo(404);
    assertThat(ask(uma, "GET", STATE, "").body()).isEqualTo("{\"serial\":59}");
  }

  @Test
  void itIsOnesOwnAndAnAdministrators() {
    ask(uma, "POST", STATE, "{\"secret\":1}");
    var other = served.person("otto", Role.OPERATOR);
    for (var method : new String[] {"GET", "POST", "LOCK", "UNLOCK", "DELETE"}) {
      assertThat(ask(other, method, STATE, lock("x")).status()).as(method).isEqualTo(404);
    }
    assertThat(ask(other, "GET", "/api/terraform", "").json().path("states")).isEmpty();
    var admin = served.person("ada", Role.ADMIN);
    assertThat(ask(admin, "GET", STATE, "").status()).isEqualTo(200);
    assertThat(ask(admin, "GET", "/api/terraform", "").json().path("states")).hasSize(1);
    assertThat(ask(admin, "POST", "/api/terraform/uma/new", "{}").status()).isEqualTo(404);
    assertThat(ask(served.person("aud", Role.AUDITOR), "GET", STATE, "").status()).isEqualTo(403);
    // whoever has states is not removed with them
    assertThat(admin.delete("/MAAS/api/2.0/users/uma/").status()).isEqualTo(409);
    assertThat(ask(admin, "DELETE", STATE + "?versions=all", "").status()).isEqualTo(200);
    assertThat(admin.delete("/MAAS/api/2.0/users/uma/").status()).isEqualTo(204);
  }

  @Test
  void basicIsSpokenHereAloneAndOnlyWithTheRightKey() {
    var key = uma.key().reveal();
    assertThat(ask("uma", key, "GET", "/api/terraform", "").status()).isEqualTo(200);
    assertThat(ask("uma", key, "GET", "/api/machines", "").status()).isEqualTo(401);
    assertThat(ask("otto", key, "GET", "/api/terraform", "").status()).isEqualTo(401);
    assertThat(ask("uma", key + "x", "GET", "/api/terraform", "").status()).isEqualTo(401);
    assertThat(ask("uma", "a:b", "GET", "/api/terraform", "").status()).isEqualTo(401);
    assertThat(served.ask("GET", "/api/terraform", "", new byte[0]).status()).isEqualTo(401);
    var odd = served.ask("GET", "/api/terraform", "", new byte[0], "Authorization", "Basic ???");
    assertThat(odd.status()).isEqualTo(401);
  }

  @Test
  void whatIsWrittenLiesSealedInTheDatabaseWhateverItsSize() {
    var noise = new byte[2 << 20];
    RandomGenerator.of("L64X128MixRandom").nextBytes(noise);
    var state =
        "{\"secret\":\"hunter2\",\"x\":\"" + Base64.getEncoder().encodeToString(noise) + "\"}";
    assertThat(ask(uma, "POST", STATE, state).status()).isEqualTo(200);
    assertThat(ask(uma, "GET", STATE, "").body()).isEqualTo(state);
    var parts =
        served.site.database.read(
            tx -> tx.list("select sealed from terraform_part", row -> row.getBytes(1)));
    assertThat(parts).hasSizeGreaterThan(3);
    assertThat(parts)
        .noneSatisfy(
            part -> assertThat(new String(part, StandardCharsets.ISO_8859_1)).contains("hunter2"));
  }

  @Test
  void whatIsNoStateOrDidNotArriveWholeIsRefused() {
    assertThat(ask(uma, "POST", STATE, "[1]").status()).isEqualTo(400);
    assertThat(ask(uma, "POST", STATE, "no json").status()).isEqualTo(400);
    assertThat(ask(uma, "LOCK", STATE, "{}").status()).isEqualTo(400);
    assertThat(ask(uma, "LOCK", STATE, lock("x".repeat(300))).status()).isEqualTo(400);
    assertThat(ask(uma, "POST", "/api/terraform/uma/", "{}").status()).isEqualTo(400);
    assertThat(ask(uma, "POST", "/api/terraform/uma/a%20b", "{}").status()).isEqualTo(400);
    assertThat(ask(uma, "POST", "/api/terraform/uma/" + "a".repeat(300), "{}").status())
        .isEqualTo(400);
    assertThat(ask(uma, "GET", STATE + "?version=x", "").status()).isIn(400, 404);
    var torn =
        served.ask(
            "POST",
            STATE,
            "application/json",
            "{}".getBytes(StandardCharsets.UTF_8),
            "Authorization",
            served.site.plaintext(uma.key()),
            "Content-MD5",
            "AAAAAAAAAAAAAAAAAAAAAA==");
    assertThat(torn.status()).isEqualTo(400);
    assertThat(ask(uma, "GET", STATE, "").status()).isEqualTo(404);
  }
}
