package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A list is sent from what was rendered before, and says what is so now all the same.
@SuppressWarnings("NullAway.Init")
class MachineListTest {
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

  private JsonNode listed(String query) {
    return admin.get(API + "machines/" + query).json();
  }

  @Test
  void aListSaysWhatEachMachineSaysBeforeAndAfterEveryChange() {
    var machine = served.ready();
    served.ready();
    var path = API + "machines/" + machine.id() + "/";
    for (var change : List.of("description=one", "hostname=other", "description=two")) {
      assertThat(admin.form("PUT", path, change).status()).isEqualTo(200);
      for (var one : listed("")) {
        assertThat(one)
            .isEqualTo(admin.get(API + "machines/" + one.path("system_id").asText() + "/").json());
      }
    }
    assertThat(listed("?hostname=other").path(0).path("description").asText()).isEqualTo("two");
  }

  @Test
  void whatStandsAroundAMachineIsNeverAnOldOne() {
    var machine = served.ready();
    var path = API + "machines/" + machine.id() + "/";
    admin.post(API + "zones/?op=", "name=row-a&description=before");
    admin.form("PUT", path, "zone=row-a");
    assertThat(listed("").path(0).path("zone").path("description").asText()).isEqualTo("before");
    admin.form("PUT", API + "zones/row-a/", "description=after");
    assertThat(listed("").path(0).path("zone").path("description").asText()).isEqualTo("after");
    assertThat(admin.get(path).json().path("zone").path("description").asText()).isEqualTo("after");
  }

  @Test
  void aMachineThatIsGoneIsInNoList() {
    var machine = served.ready();
    assertThat(listed("")).hasSize(1);
    assertThat(admin.delete(API + "machines/" + machine.id() + "/").status()).isEqualTo(204);
    assertThat(listed("")).isEmpty();
    assertThat(listed("?id=" + machine.id())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "hostname=HOST, 1",
    "hostname=HOST.maas, 1",
    "hostname=nobody, 0",
    "id=ID, 1",
    "id=ID&id=ID&id=zzzzzz, 1",
    "id=not%20an%20id, 0",
    "id=ID&hostname=nobody, 0",
    "mac_address=MAC, 1",
    "mac_address=nonsense, 0",
    "zone=default, 3",
    "zone=default&id=ID, 1",
    "not_in_zone=default, 0",
    "status=ready, 3",
    "status=4, 3",
    "status=deployed, 0",
    "cpu_count=1, 3",
    "cpu_count=100000, 0",
    "nonsense=x, 3",
  })
  void filtersAskTheIndexOrEveryMachine(String query, int count) {
    var machine = served.ready();
    served.ready();
    served.ready();
    var asked =
        query
            .replace("HOST", machine.hostname().toUpperCase(java.util.Locale.ROOT))
            .replace("ID", machine.id().text())
            .replace("MAC", machine.identity().macs().getFirst().toString().replace(':', '-'));
    assertThat(listed("?" + asked)).hasSize(count);
  }

  @Test
  void manyThatAllocateAtOnceGetOneEachUntilThereAreNone() throws Exception {
    for (int i = 0; i < 10; i++) {
      served.ready();
    }
    Callable<String> allocate =
        () -> {
          var answer = admin.post(API + "machines/?op=allocate", "");
          return answer.status() == 200 ? answer.json().path("system_id").asText() : "";
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var runs = threads.invokeAll(IntStream.range(0, 40).mapToObj(_ -> allocate).toList());
      var got = new HashSet<String>();
      int refused = 0;
      for (var run : runs) {
        if (run.get().isEmpty()) {
          refused++;
        } else {
          assertThat(got.add(run.get())).isTrue();
        }
      }
      assertThat(got).hasSize(10);
      assertThat(refused).isEqualTo(30);
    }
    assertThat(StreamSupport.stream(listed("?status=allocated").spliterator(), false)).hasSize(10);
  }
}
