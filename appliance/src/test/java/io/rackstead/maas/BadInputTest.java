package io.rackstead.maas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.store.OnEachDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
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

  /// Entities of entities: there is nothing in the appliance that would unfold them.
  @Test
  void anXmlBombStaysAText() {
    var bomb = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a0 \"ha\">");
    for (int i = 1; i < 30; i++) {
      bomb.append("<!ENTITY a%d \"&a%d;&a%d;\">".formatted(i, i - 1, i - 1));
    }
    bomb.append("<!ENTITY f SYSTEM \"file:///etc/passwd\">]><list>&a29;&f;</list>");
    var machine = served.ready();
    var text = bomb.toString();
    admin.post(API + "machines/?op=allocate", "system_id=" + machine.id());
    var data = API + "machines/" + machine.id() + "/?op=set_owner_data";
    assertThat(admin.post(data, "details=" + encoded(text)).json().path("owner_data"))
        .anyMatch(value -> value.asText().equals(text));
    var script = admin.post(API + "scripts/", "name=x&script=" + encoded("#!/bin/sh\n" + text));
    assertThat(script.status()).as(script.body()).isLessThan(500);
    var tag = admin.post(API + "tags/", "name=x&definition=" + encoded(text));
    assertThat(tag.status()).as(tag.body()).isEqualTo(400);
  }

  /// With its length said before or not: the answer comes in words, and the next is served.
  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 104857600", "Transfer-Encoding: chunked"})
  void aBodyOfAHundredMegabytesIsRefused(String framing) throws Exception {
    var block = new byte[1 << 20];
    boolean chunked = framing.endsWith("chunked");
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), served.port());
        var sender = Executors.newSingleThreadExecutor()) {
      socket.setSoTimeout(60_000);
      var out = socket.getOutputStream();
      out.write(
          """
          POST /MAAS/api/2.0/files/ HTTP/1.1\r
          Host: localhost\r
          Authorization: %s\r
          Content-Type: application/x-www-form-urlencoded\r
          %s\r
          \r
          """
              .formatted(served.site.plaintext(admin.key()), framing)
              .getBytes(UTF_8));
      var sent =
          sender.submit(() -> {
            for (int i = 0; i < 100; i++) {
              if (chunked) {
                out.write("100000\r\n".getBytes(UTF_8));
              }
              out.write(block);
              if (chunked) {
                out.write("\r\n".getBytes(UTF_8));
              }
            }
            return true;
          });
      var line = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      assertThat(line.readLine()).startsWith("HTTP/1.1 413");
      socket.close();
      sent.cancel(true);
    }
    assertThat(admin.get(API + "files/").status()).isEqualTo(200);
  }

  /// Of a field that may come once, all are one, or it is refused: what was checked is what is
  /// done.
  @Test
  void aParameterThatComesTwiceIsNotCheckedAsOneAndDoneAsTheOther() {
    var first = served.ready();
    var second = served.ready();
    var both = "system_id=" + first.id() + "&system_id=" + second.id();
    var answer = admin.post(API + "machines/?op=allocate&system_id=" + second.id(), both);
    if (answer.status() == 200) {
      var got = answer.json().path("system_id").asText();
      assertThat(List.of(served.now(first), served.now(second)))
          .filteredOn(machine -> !machine.labels().owner().isEmpty())
          .singleElement()
          .satisfies(machine -> assertThat(machine.id().text()).isEqualTo(got));
    } else {
      assertThat(answer.status()).as(answer.body()).isIn(400, 409);
    }
    var eve = served.person("eve", Role.USER);
    var name = API + "users/?op=whoami&op=create";
    assertThat(eve.get(name).status()).isEqualTo(400);
    assertThat(eve.post(API + "users/", "username=eve&username=x&is_superuser=1").status())
        .isEqualTo(403);
  }
}
