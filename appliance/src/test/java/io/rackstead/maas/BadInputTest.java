package io.rackstead.maas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What no client should send, and what each of it gets: an answer in words, and nothing is changed
/// or lost.
@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class BadInputTest {
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

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @Test
  void aThousandAllocationsOfTenMachinesGiveEachOnce() throws Exception {
    for (int i = 0; i < 10; i++) {
      served.ready();
    }
    Callable<Answer> caller = () -> admin.post(API + "machines/?op=allocate", "");
    var got = new ArrayList<String>();
    int none = 0;
    try (var threads = Executors.newFixedThreadPool(50)) {
      for (var asked : threads.invokeAll(Collections.nCopies(1000, caller))) {
        var answer = asked.get();
        if (answer.status() == 200) {
          got.add(answer.json().path("system_id").asText());
        } else {
          assertThat(answer.status()).as(answer.body()).isEqualTo(409);
          assertThat(answer.body()).isEqualTo("No machine available.");
          none++;
        }
      }
    }
    assertThat(got).hasSize(10).doesNotHaveDuplicates();
    assertThat(none).isEqualTo(990);
  }

  @ParameterizedTest
  @CsvSource({
    "machines/?op=nonsense, 400, nonsense",
    "machines/ID/?op=explode, 400, explode",
    "machines/?op=allocate&op=release, 400, op",
    "machines/000000/?op=deploy, 404, No Machine",
    "nonsense/, 404, nonsense",
  })
  void anOperationThatIsNotThereIsNamed(String path, int status, String words) {
    var machine = served.ready();
    var answer = admin.post(API + path.replace("ID", machine.id().text()), "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(words);
    assertThat(served.now(machine)).isEqualTo(machine);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cpu_count=many",
        "cpu_count=NaN",
        "cpu_count=Infinity",
        "cpu_count=-1e999",
        "mem=1;drop",
        "mem=-1",
        "storage=root",
        "storage=root:",
        "storage=root:-5",
        "storage=:5",
        "interfaces=eth",
        "interfaces=eth:nonsense=1",
        "arch=pdp11",
        "dry_run=perhaps",
        "system_id=../../etc",
      })
  void aConstraintOfTheWrongTypeGetsNoMachine(String wish) {
    var machine = served.ready();
    var answer = admin.post(API + "machines/?op=allocate", wish.replace(";", "%3B"));
    assertThat(answer.status()).as(wish + ": " + answer.body()).isIn(400, 409);
    assertThat(answer.body()).isNotBlank().doesNotContain("Exception");
    assertThat(served.now(machine)).isEqualTo(machine);
  }

  @Test
  void aRefusedAllocationSaysWhatNobodyHas() {
    served.ready();
    assertThat(
            admin.post(API + "machines/?op=allocate", "cpu_count=400&mem=1024&zone=default").body())
        .endsWith("(met by none of the 1 available: cpu_count=400 (the most is 4))");
    served.ready(16, 1024);
    assertThat(admin.post(API + "machines/?op=allocate", "cpu_count=16&mem=8192").body())
        .endsWith("(each is met by one of the 2 available, all of them by none)");
  }

  /// Juju lists by the name that it allocated with, to see its own machines alone.
  @Test
  void whatAnAgentTookIsListedAsItsOwn() {
    served.ready();
    served.ready();
    var taken = admin.post(API + "machines/?op=allocate", "agent_name=juju-7").json();
    assertThat(admin.get(API + "machines/?agent_name=juju-7").json().findValuesAsText("hostname"))
        .containsExactly(taken.path("hostname").asText());
    assertThat(admin.get(API + "machines/?agent_name=juju-8").json()).isEmpty();
  }

  @Test
  void aWrongStateIsRefusedWithBothStates() {
    var machine = served.newcomer();
    var refused = admin.post(API + "machines/" + machine.id() + "/?op=deploy", "");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("New").contains("Ready");
    assertThat(served.now(machine)).isEqualTo(machine);
  }

  @Test
  void aLockedMachineStaysAsItIsUntilItIsUnlocked() {
    var machine = served.ready();
    var one = API + "machines/" + machine.id() + "/";
    admin.post(API + "machines/?op=allocate", "system_id=" + machine.id());
    admin.post(one + "?op=deploy", "");
    admin.post(one + "?op=lock", "");
    var locked = served.now(machine);
    if (!locked.locked()) {
      // only what is deployed or deploying can be locked; say so here when that changes
      throw new AssertionError("not locked: " + locked.state());
    }
    for (var op : List.of("release", "abort", "commission", "mark_broken")) {
      var refused = admin.post(one + "?op=" + op, "");
      assertThat(refused.status()).as(op + ": " + refused.body()).isIn(403, 409);
    }
    assertThat(admin.delete(one).status()).isIn(403, 409);
    assertThat(served.now(machine)).isEqualTo(locked);
  }

  /// In every place that takes text: it is kept as text, or refused, and no table and no template
  /// knows it as anything else.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x'; drop table machine; --",
        "\" or 1=1 --",
        "${jndi:ldap://127.0.0.1/x}",
        "{{7*7}}",
        "#{7*7}",
        "<script>alert(1)</script>",
        "$(reboot)",
        "`reboot`",
        "../../etc/passwd",
        "a\u0000b",
        "\u202egnp.exe",
        "%s%s%n",
      })
  void hostileTextIsTextOrRefused(String evil) {
    var machine = served.ready();
    var field = encoded(evil);
    var one = API + "machines/" + machine.id() + "/";
    for (var name : List.of("hostname", "description", "architecture", "zone", "pool", "domain")) {
      var answer = admin.form("PUT", one, name + "=" + field);
      assertThat(answer.status()).as(name + ": " + answer.body()).isIn(200, 400, 404);
      if (name.equals("description") && answer.status() == 200) {
        assertThat(answer.json().path("description").asText()).isEqualTo(evil);
      }
    }
    for (var thing :
        List.of("tags/", "zones/", "resourcepools/", "spaces/", "fabrics/", "domains/")) {
      var answer = admin.post(API + thing, "name=" + field + "&description=" + field);
      assertThat(answer.status()).as(thing + ": " + answer.body()).isLessThan(500);
    }
    var data = admin.post(one + "?op=set_owner_data", field + "=" + field);
    assertThat(data.status()).as(data.body()).isLessThan(500);
    for (var filter : List.of("hostname", "zone", "pool", "tags", "mac_address", "agent_name")) {
      var answer = admin.get(API + "machines/?" + filter + "=" + field);
      assertThat(answer.status()).as(filter + ": " + answer.body()).isIn(200, 400);
      assertThat(answer.status() == 200 ? answer.json().size() : 0)
          .as(filter + ": " + answer.body())
          .isZero();
    }
    assertThat(admin.get(API + "machines/").json()).hasSize(1);
    assertThat(served.now(machine).state()).isEqualTo(machine.state());
  }

  @Test
  void whatIsNestedWithoutEndIsRefusedAndNothingGrows() {
    var deep = "{\"name\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThat(admin.json("/api/users", deep).status()).isEqualTo(400);
    assertThat(admin.json("/api/users", "{\"name\":" + "9".repeat(100_000) + "}").status())
        .isEqualTo(400);
  }

  /// Aliases of aliases: a hundred bytes that would become gigabytes, where a script tells of
  /// itself.
  @Test
  void aScriptThatIsABombStaysAFile() {
    var bomb =
        new StringBuilder("#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n# name: bomb\n");
    bomb.append("# a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c < 'k'; c++) {
      char before = (char) (c - 1);
      bomb.append("# ").append(c).append(": &").append(c).append(" [");
      bomb.append(String.join(",", Collections.nCopies(9, "*" + before))).append("]\n");
    }
    bomb.append("# parameters: *j\n# --- End MAAS 1.0 script metadata ---\ntrue\n");
    var answer = admin.post(API + "scripts/", "name=bomb&script=" + encoded(bomb.toString()));
    assertThat(answer.status()).as(answer.body()).isLessThan(500);
    assertThat(admin.get(API + "scripts/").body()).hasSizeLessThan(1 << 20);
  }
}
