package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.machine.Machine;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class TagsTest {
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

  private static String definition(String text) {
    return "&definition=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private List<String> tags(Machine machine) {
    return served.now(machine).labels().tags();
  }

  @Test
  void peopleGiveAndTakeATag() {
    var first = served.ready();
    var second = served.ready();
    var made = admin.post(API + "tags/?op=", "name=fast&comment=the+good+ones");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    var counts =
        admin.post(
            API + "tags/fast/op-update_nodes",
            "add=" + first.id() + "&add=" + second.id() + "&add=nosuch");
    assertThat(counts.json().toString()).contains("\"added\":2").contains("\"removed\":0");
    assertThat(admin.get(API + "tags/fast/?op=machines").json()).hasSize(2);
    assertThat(admin.get(API + "machines/?tags=fast").json()).hasSize(2);
    admin.form("PUT", API + "tags/fast/", "name=quick");
    assertThat(tags(first)).containsExactly("quick");
    counts = admin.post(API + "tags/quick/?op=update_nodes", "remove=" + first.id());
    assertThat(counts.json().path("removed").asInt()).isEqualTo(1);
    assertThat(admin.delete(API + "tags/quick/").status()).isEqualTo(204);
    assertThat(tags(second)).isEmpty();
    assertThat(admin.get(API + "machines/?tags=quick").status()).isEqualTo(400);
  }

  @Test
  void anAutomaticTagFollowsItsDefinitionAndTheReports() {
    var small = served.ready(2, 4096);
    var large = served.ready(32, 65_536);
    admin.post(API + "tags/", "name=big" + definition("rule: cpu_count >= 16"));
    admin.post(API + "tags/", "name=qemu" + definition("//node[@class='system']/vendor='QEMU'"));
    assertThat(tags(small)).containsExactly("qemu");
    assertThat(tags(large)).containsExactlyInAnyOrder("big", "qemu");
    assertThat(admin.post(API + "tags/big/?op=update_nodes", "add=" + small.id()).status())
        .isEqualTo(400);

    admin.form("PUT", API + "tags/big/", definition("rule: cpu_count < 16").substring(1));
    assertThat(tags(small)).contains("big");
    assertThat(tags(large)).doesNotContain("big");

    // inspected anew it has four processors
    admin.post(API + "machines/" + large.id() + "/?op=commission", "");
    served.report(large, List.of());
    assertThat(tags(large)).contains("big");
    var newcomer = served.newcomer();
    assertThat(tags(newcomer)).isEmpty();
    served.report(newcomer, List.of());
    assertThat(tags(newcomer)).containsExactlyInAnyOrder("big", "qemu");
  }

  @Test
  void aBadDefinitionChangesNothing() {
    var bad = admin.post(API + "tags/", "name=x" + definition("//node["));
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.json().path("definition").path(0).asText()).contains("Invalid definition");
    assertThat(admin.get(API + "tags/x/").status()).isEqualTo(404);
    assertThat(admin.post(API + "tags/", "name=y&kernel_opts=a%0Ab").status()).isEqualTo(400);
    assertThat(served.person("uma", Role.USER).post(API + "tags/", "name=z").status())
        .isEqualTo(403);
  }
}
