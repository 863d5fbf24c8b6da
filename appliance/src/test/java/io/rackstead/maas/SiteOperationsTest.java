package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class SiteOperationsTest {
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

  private String config(String name) {
    return admin.get(API + "maas/?op=get_config&name=" + name).body();
  }

  private int set(String name, String value) {
    return admin.post(API + "maas/?op=set_config", "name=" + name + "&value=" + value).status();
  }

  @Test
  void aSettingIsABareValueOfItsType() {
    assertThat(config("default_osystem")).isEqualTo("\"debian\"");
    assertThat(set("curtin_verbose", "1")).isEqualTo(200);
    assertThat(config("curtin_verbose")).isEqualTo("true");
    assertThat(set("curtin_verbose", "perhaps")).isEqualTo(400);
    assertThat(set("default_dns_ttl", "60")).isEqualTo(200);
    assertThat(config("default_dns_ttl")).isEqualTo("60");
    assertThat(set("default_storage_layout", "lvm")).isEqualTo(400);
    assertThat(set("nosuch", "1")).isEqualTo(400);
    assertThat(admin.get(API + "maas/?op=get_config&name=nosuch").status()).isEqualTo(400);
  }

  @Test
  void theSiteMayHaveDisksErasedAtEachRelease() {
    var machine = served.ready();
    var path = API + "machines/" + machine.id() + "/?op=";
    admin.post(API + "machines/?op=allocate", "system_id=" + machine.id());
    set("enable_disk_erasing_on_release", "true");
    var released = admin.post(path + "release", "").json();
    assertThat(released.path("status_name").asText()).isEqualTo("Disk erasing");
  }

  @Test
  void aFileIsItsOwnersAndWhoeverHasTheKeyReadsIt() {
    var type = "multipart/form-data; boundary=x";
    var body =
        "--x\r\nContent-Disposition: form-data; name=\"filename\"\r\n\r\na/b\r\n"
            + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhello\r\n--x--";
    assertThat(admin.multipart("POST", API + "files/", type, body).status()).isEqualTo(201);
    var file = admin.get(API + "files/?prefix=a").json().path(0);
    assertThat(admin.get(API + "files/?op=get&filename=a%2Fb").body()).isEqualTo("hello");
    assertThat(admin.get(file.path("resource_uri").asText()).json().path("content").asText())
        .isEqualTo("aGVsbG8=");
    var other = served.person("uma", Role.USER);
    assertThat(other.get(API + "files/").json()).isEmpty();
    assertThat(other.get(file.path("anon_resource_uri").asText()).body()).isEqualTo("hello");
    assertThat(admin.delete(file.path("resource_uri").asText()).status()).isEqualTo(204);
    assertThat(admin.get(API + "files/").json()).isEmpty();
  }

  @Test
  void whatTheStepsCameToIsThereByNumber() {
    var machine = served.ready();
    served.site.database.change(tx ->
        tx.change(
            "insert into step (machine_id, seq, epoch, purpose, kind, name, repeatable, timeout_s,"
                + " fields, started_at, ended_at, status, exit_code, seconds, output, facts)"
                + " values (?, 1, 1, 'TEST', 'script', 'memory', true, 60, '{}', ?, ?, 'failed', 3,"
                + " 2.0, 'bad bank', '{}')",
            machine.id(),
            served.site.instant(),
            served.site.instant().plusSeconds(2)));
    var path = API + "nodes/" + machine.id() + "/results/";
    var run = admin.get(path + "current-testing/?include_output=true").json();
    assertThat(run.path("status_name").asText()).isEqualTo("Failed");
    assertThat(run.path("runtime").asText()).isEqualTo("0:00:02");
    var result = run.path("results").path(0);
    assertThat(result.path("exit_status").asInt()).isEqualTo(3);
    assertThat(result.path("started").asText()).isEqualTo("Sun, 22 Nov 2026 18:00:00 -0000");
    var one = path + run.path("id").asInt() + "/";
    assertThat(admin.get(one + "?op=download").body()).isEqualTo("bad bank");
    assertThat(admin.form("PUT", one, "suppressed=true").json().path("suppressed").asBoolean())
        .isTrue();
    assertThat(admin.get(path + "?type=commissioning").json()).isEmpty();
    assertThat(admin.get(path + "9999/").status()).isEqualTo(404);
  }
}
