package io.rackstead.maas;

import static io.rackstead.maas.Racked.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.plan.Seed;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What deployed systems install packages from, and what clients of old ask for.
@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class ArchiveOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final String ALL = API + "package-repositories/";
  @TempDir Path folder;
  private Racked rack;

  @BeforeEach
  void start() throws IOException {
    rack = new Racked(folder);
  }

  @AfterEach
  void stop() {
    rack.close();
  }

  /// What cloud-init reads at the first start.
  private String config() {
    return new String(
        Seed.content(
            "/etc/cloud/cloud.cfg.d/90-rackstead.cfg",
            rack.served.now(rack.machine),
            "http://10.77.0.1/report"),
        StandardCharsets.UTF_8);
  }

  private String one(JsonNode shown) {
    return shown.path("resource_uri").asText();
  }

  @Test
  void theTwoOfDebianAreThereAndLeaveTheImageAsItIs() {
    var all = ok(rack.admin.get(ALL));
    assertThat(all.findValuesAsText("name")).containsExactly("main_archive", "ports_archive");
    assertThat(Shapes.complaints("PackageRepositoriesHandler", all)).isEmpty();
    var main = one(all.path(0));
    assertThat(rack.admin.delete(main).status()).isEqualTo(400);
    rack.wrong(rack.admin.form("PUT", main, "enabled=false"), "enabled");
    rack.wrong(rack.admin.form("PUT", main, "name=other"), "name");
    ok(rack.admin.post(rack.one("deploy"), ""));
    assertThat(config()).doesNotContain("apt:");
  }

  @Test
  void whatIsAddedIsInTheSeedOfTheNextDeploymentAndOfNoEarlierOne() {
    var added =
        ok(
            rack.admin.post(
                ALL,
                "name=ours&url=https://apt.example/debian&distributions=stable,bookworm"
                    + "&components=main,extra&arches=amd64&key=-----BEGIN"));
    ok(rack.admin.post(ALL, "name=arm&url=https://apt.example/arm&arches=arm64"));
    ok(rack.admin.post(ALL, "name=flat&url=https://apt.example/flat&distributions=./"));
    ok(
        rack.admin.form(
            "PUT", ALL + "1/", "url=http://mirror.example/debian&disabled_pockets=backports"));
    ok(rack.admin.post(rack.one("deploy"), ""));
    assertThat(config())
        .contains("source: \"deb [arch=amd64] https://apt.example/debian stable main extra\"")
        .contains("source: \"deb [arch=amd64] https://apt.example/debian bookworm main extra\"")
        .contains("source: \"deb [arch=amd64] https://apt.example/flat ./\"")
        .contains("key: \"-----BEGIN\"")
        .contains("uri: \"http://mirror.example/debian\"")
        .contains("\"backports\"")
        .doesNotContain("apt.example/arm");
    ok(rack.admin.form("PUT", one(added), "enabled=false"));
    assertThat(config()).contains("stable main extra");
    rack.release();
    ok(rack.admin.post(rack.one("deploy"), ""));
    assertThat(config()).doesNotContain("stable main extra").contains("flat");
    assertThat(rack.admin.delete(one(added)).status()).isEqualTo(204);
    assertThat(rack.admin.get(one(added)).status()).isEqualTo(404);
  }

  @Test
  void nothingThatIsSentBecomesMoreThanAWordOfALine() {
    record Wrong(String form, String field) {}
    for (var wrong :
        List.of(
            new Wrong("name=x", "url"),
            new Wrong("url=http://a.example/", "name"),
            new Wrong("name=x&url=file:///etc", "url"),
            new Wrong("name=x&url=http://a.example/%20trusted", "url"),
            new Wrong("name=x&url=http://a.example/%0adeb", "url"),
            new Wrong("name=x&url=http://a.example/&components=[trusted]", "components"),
            new Wrong("name=x&url=http://a.example/&arches=vax", "arches"),
            new Wrong("name=x&url=http://a.example/&disabled_pockets=all", "disabled_pockets"),
            new Wrong("name=x&url=http://a.example/&key=%00", "key"),
            new Wrong("name=main_archive&url=http://a.example/", "name"))) {
      assertThat(rack.wrong(rack.admin.post(ALL, wrong.form()), wrong.field()))
          .as(wrong.form())
          .isNotEmpty();
    }
  }

  @Test
  void whatThereIsNothingOfIsSaidInTheShapeThatClientsExpect() {
    for (var path : List.of("boot-sources/", "license-keys/", "installation-results/")) {
      assertThat(ok(rack.admin.get(API + path))).as(path).isEmpty();
    }
    assertThat(rack.wrong(rack.admin.post(API + "boot-sources/", "url=http://a.example/"), "url"))
        .contains("images build");
    var key = "osystem=windows&distro_series=win2022&license_key=A-B";
    assertThat(rack.wrong(rack.admin.post(API + "license-keys/", key), "osystem"))
        .contains("windows");
    assertThat(rack.admin.get(API + "boot-sources/1/selections/").status()).isEqualTo(404);
    assertThat(rack.admin.get(API + "license-key/windows/win2022").status()).isEqualTo(404);
  }
}
