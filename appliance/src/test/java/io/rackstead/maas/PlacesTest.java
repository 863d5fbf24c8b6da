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
class PlacesTest {
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

  @Test
  void theDefaultZoneIsOneAndTheDefaultPoolIsZero() {
    var zone = admin.get(API + "zones/").json().path(0);
    assertThat(zone.path("id").asInt()).isEqualTo(1);
    assertThat(zone.path("resource_uri").asText()).isEqualTo(API + "zones/default/");
    var pool = admin.get(API + "resourcepools/").json().path(0);
    assertThat(pool.path("id").asInt()).isZero();
    assertThat(pool.path("resource_uri").asText()).isEqualTo(API + "resourcepool/0/");
    assertThat(admin.get(API + "resourcepool/0").json()).isEqualTo(pool);
    assertThat(admin.get(API + "resourcepools/default/").json()).isEqualTo(pool);
  }

  @Test
  void aMachineFollowsItsZoneThroughANewNameAndIntoTheDefaultZone() {
    var machine = served.ready();
    var made = admin.post(API + "zones/?op=", "name=row-a&description=by+the+door");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    var path = API + "machines/" + machine.id() + "/";
    assertThat(admin.form("PUT", path, "zone=row-b").status()).isEqualTo(400);
    var put = admin.form("PUT", path, "zone=row-a").json();
    assertThat(put.path("zone")).isEqualTo(made.json());

    admin.form("PUT", API + "zones/row-a/", "name=row-b");
    var moved = admin.get(path).json().path("zone");
    assertThat(moved.path("name").asText()).isEqualTo("row-b");
    assertThat(moved.path("id")).isEqualTo(made.json().path("id"));
    assertThat(moved.path("description").asText()).isEqualTo("by the door");
    assertThat(admin.get(API + "machines/?zone=row-b").json()).hasSize(1);

    assertThat(admin.delete(API + "zones/row-b/").status()).isEqualTo(204);
    assertThat(admin.get(path).json().path("zone").path("name").asText()).isEqualTo("default");
    assertThat(admin.delete(API + "zones/row-b/").status()).isEqualTo(204);
    assertThat(admin.delete(API + "zones/default/").status()).isEqualTo(400);
  }

  @Test
  void aPoolInUseStaysAndSaysByWhat() {
    var machine = served.ready();
    var pool = admin.post(API + "resourcepools/", "name=gold").json();
    admin.form("PUT", API + "machines/" + machine.id() + "/", "pool=" + pool.path("id").asInt());
    var refused = admin.delete(API + "resourcepool/" + pool.path("id").asInt() + "/");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("gold", "1 machine: " + machine.hostname());
    admin.form("PUT", API + "machines/" + machine.id() + "/", "pool=default");
    assertThat(admin.delete(API + "resourcepools/gold/").status()).isEqualTo(204);
    assertThat(admin.get(API + "resourcepool/gold/").status()).isEqualTo(404);
  }

  @Test
  void aNameIsTakenOnceAndHostileOnesNever() {
    admin.post(API + "zones/", "name=row-a");
    assertThat(admin.post(API + "zones/", "name=row-a").json().path("name").path(0).asText())
        .contains("already");
    for (var name : new String[] {"", "a/b", "..", "%24%7Bx%7D", "a%0Ab", "'; drop table zone"}) {
      assertThat(admin.post(API + "zones/", "name=" + name).status()).as(name).isEqualTo(400);
    }
    assertThat(served.person("uma", Role.USER).post(API + "zones/", "name=x").status())
        .isEqualTo(403);
  }

  @Test
  void whatWasMadeIsThereAfterARestart() throws IOException {
    admin.post(API + "zones/", "name=row-a");
    served.close();
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    assertThat(admin.get(API + "zones/row-a/").status()).isEqualTo(200);
  }
}
