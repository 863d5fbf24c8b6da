package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.event.Entry;
import io.rackstead.image.ImageId;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class ThingsOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final String QUERY = API + "events/?op=query";
  private static final String NOTICES = API + "notifications/";
  private static final String SCRIPTS = API + "scripts/";
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

  private static List<Long> ids(JsonNode page) {
    var ids = new ArrayList<Long>();
    page.path("events").forEach(event -> ids.add(event.path("id").asLong()));
    return ids;
  }

  @Test
  void whatHappenedIsReadPageByPageInBothDirections() {
    var machine = served.ready();
    var all = ids(admin.get(QUERY + "&limit=1000").json());
    assertThat(all).hasSizeGreaterThan(3).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    var seen = new ArrayList<Long>();
    var page = admin.get(QUERY + "&limit=2").json();
    while (page.path("prev_uri").isTextual()) {
      seen.addAll(ids(page));
      page = admin.get(page.path("prev_uri").asText()).json();
    }
    seen.addAll(ids(page));
    assertThat(seen).isEqualTo(all);
    var newer = admin.get(QUERY + "&limit=2&after=" + all.getLast()).json();
    assertThat(ids(newer)).containsExactly(all.get(all.size() - 3), all.get(all.size() - 2));
    var first = admin.get(QUERY + "&limit=1").json().path("events").get(0);
    assertThat(first.path("node").asText()).isEqualTo(machine.id().text());
    assertThat(first.path("created").asText())
        .matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2}\\. \\d{4} \\d\\d:\\d\\d:\\d\\d");
    // whoever waits for news asks again where they stopped
    var last = admin.get(QUERY).json().path("next_uri").asText();
    assertThat(ids(admin.get(last).json())).isEmpty();
    admin.post(API + "machines/?op=allocate", "system_id=" + machine.id());
    var news = admin.get(last).json().path("events");
    assertThat(news).isNotEmpty();
    assertThat(news.get(0).path("username").asText()).isEqualTo("ada");
    assertThat(news.get(0).path("level").asText()).isEqualTo("AUDIT");
  }

  @Test
  void eventsAreFilteredAndOnlyThoseOfMachinesThatOneSees() {
    var one = served.ready();
    var other = served.ready();
    served.site.database.change(tx ->
        served.site.events.append(
            tx, Entry.of(served.site.instant(), one.id(), "dhcp", "", "a packet")));
    admin.post(API + "machines/?op=allocate", "system_id=" + one.id());
    for (var filter :
        List.of(
            "hostname=" + one.hostname(),
            "id=" + one.id(),
            "mac_address=" + one.identity().macs().getFirst())) {
      var events = admin.get(QUERY + "&" + filter).json().path("events");
      assertThat(events).isNotEmpty();
      assertThat(events).allMatch(event -> event.path("hostname").asText().equals(one.hostname()));
    }
    assertThat(ids(admin.get(QUERY + "&zone=elsewhere").json())).isEmpty();
    assertThat(admin.get(QUERY + "&level=DEBUG&id=" + one.id()).body()).contains("a packet");
    assertThat(admin.get(QUERY + "&level=INFO&id=" + one.id()).body()).doesNotContain("a packet");
    assertThat(admin.get(QUERY + "&owner=ada").json().path("events"))
        .isNotEmpty()
        .allMatch(event -> event.path("username").asText().equals("ada"));
    var bob = served.person("bob", Role.USER);
    assertThat(bob.get(QUERY).json().path("events"))
        .isNotEmpty()
        .allMatch(event -> event.path("node").asText().equals(other.id().text()));
    assertThat(admin.get(QUERY + "&limit=1001").body())
        .isEqualTo("Requested number of events 1001 is greater than limit: 1000");
    assertThat(admin.get(QUERY + "&level=LOUD").status()).isEqualTo(400);
    assertThat(admin.get(QUERY + "&before=1&after=1").status()).isEqualTo(400);
    assertThat(admin.get(QUERY + "&after=x").status()).isEqualTo(400);
  }

  @Test
  void aNotificationIsToldToThoseItIsForUntilTheyPutItAway() {
    var bob = served.person("bob", Role.USER);
    var eve = served.person("eve", Role.USER);
    var all = admin.post(NOTICES, "message=Hello {who}&users=1&context={\"who\":\"all\"}&ident=i");
    assertThat(all.status()).isEqualTo(200);
    assertThat(all.json().path("context").path("who").asText()).isEqualTo("all");
    var one = admin.post(NOTICES, "message=Bob only&user=bob&category=warning").json();
    var fixed = admin.post(NOTICES, "message=Stays&users=true&dismissable=false").json();
    assertThat(bob.get(NOTICES).json()).hasSize(3);
    assertThat(eve.get(NOTICES).json()).hasSize(2);
    assertThat(eve.get(one.path("resource_uri").asText()).status()).isEqualTo(403);
    assertThat(one.path("user").path("username").asText()).isEqualTo("bob");
    var path = all.json().path("resource_uri").asText();
    var dismissed = bob.post(path + "?op=dismiss", "");
    assertThat(dismissed.status()).isEqualTo(200);
    assertThat(dismissed.body()).isEqualTo("null");
    assertThat(bob.post(path + "?op=dismiss", "").status()).isEqualTo(200);
    assertThat(bob.get(NOTICES).json()).hasSize(2);
    assertThat(eve.get(NOTICES).json()).hasSize(2);
    var stays = eve.post(fixed.path("resource_uri").asText() + "?op=dismiss", "");
    assertThat(stays.status()).isEqualTo(403);
    assertThat(stays.body()).isEqualTo("Notification is not allowed to be dismissed.");
    assertThat(bob.delete(path).status()).isEqualTo(403);
    assertThat(admin.form("PUT", path, "message=Bye").json().path("message").asText())
        .isEqualTo("Bye");
    assertThat(admin.delete(path).status()).isEqualTo(204);
    assertThat(admin.get(path).status()).isEqualTo(404);
    assertThat(eve.get(NOTICES).json()).hasSize(1);
  }

  private static void refused(Answer answer, String field) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().path(field).path(0).asText()).as(answer.body()).isNotEmpty();
  }

  @Test
  void aNotificationThatSaysNothingOrForNobodyIsRefused() {
    refused(admin.post(NOTICES, ""), "message");
    refused(admin.post(NOTICES, "message=" + "x".repeat(4001)), "message");
    refused(admin.post(NOTICES, "message=m&category=loud"), "category");
    refused(admin.post(NOTICES, "message=m&user=nobody"), "user");
    refused(admin.post(NOTICES, "message=m&context=[1]"), "context");
    refused(admin.post(NOTICES, "message=m&context={"), "context");
    refused(admin.post(NOTICES, "message=m&users=perhaps"), "users");
    assertThat(admin.post(NOTICES, "message=m&ident=i").status()).isEqualTo(200);
    refused(admin.post(NOTICES, "message=m&ident=i"), "ident");
  }

  private static String content(String text) {
    return "script=%23!/bin/sh%0A" + text + "%0A";
  }

  @Test
  void aScriptHasAHistoryToWhichItCanGoBack() {
    var made =
        admin.post(
            SCRIPTS, "name=burn&type=commissioning&timeout=0:01:30&tags=a,b&" + content("one"));
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    var path = made.json().path("resource_uri").asText();
    assertThat(path).isEqualTo(SCRIPTS + "burn");
    assertThat(made.json().path("timeout").asText()).isEqualTo("0:01:30");
    assertThat(made.json().path("type").asInt()).isZero();
    var changed = admin.form("PUT", path, content("two") + "&comment=second");
    assertThat(changed.json().path("history")).hasSize(2);
    assertThat(changed.json().path("id")).isEqualTo(made.json().path("id"));
    assertThat(admin.get(path + "?op=download").body()).isEqualTo("#!/bin/sh\ntwo\n");
    assertThat(admin.get(path + "?op=download&revision=-1").body()).isEqualTo("#!/bin/sh\none\n");
    assertThat(admin.post(path + "?op=revert", "to=77").status()).isEqualTo(404);
    assertThat(admin.post(path + "?op=revert", "").body()).isEqualTo("No provided to!");
    assertThat(admin.post(path + "?op=revert", "to=-1").json().path("history")).hasSize(1);
    assertThat(admin.get(path + "?op=download").body()).isEqualTo("#!/bin/sh\none\n");
    admin.post(path + "?op=add_tag", "tag=c");
    var tags = admin.post(path + "?op=remove_tag", "tag=a").json().path("tags");
    assertThat(tags.toString()).isEqualTo("[\"b\",\"c\"]");
    assertThat(admin.get(SCRIPTS + "?filters=c").json()).hasSize(1);
    assertThat(admin.get(SCRIPTS + "?type=testing").json()).isEmpty();
    assertThat(admin.form("PUT", path, "name=heat").json().path("name").asText()).isEqualTo("heat");
    assertThat(admin.get(path).status()).isEqualTo(404);
    assertThat(admin.get(SCRIPTS + "heat").json().path("history")).hasSize(1);
    assertThat(admin.delete(SCRIPTS + "heat").status()).isEqualTo(204);
    assertThat(admin.get(SCRIPTS).json()).isEmpty();
  }

  @Test
  void aScriptThatCouldNotRunIsRefused() {
    refused(admin.post(SCRIPTS, content("true")), "name");
    refused(admin.post(SCRIPTS, "name=x"), "script");
    refused(admin.post(SCRIPTS, "name=x&script=echo"), "script");
    refused(admin.post(SCRIPTS, "name=a%2Fb&" + content("true")), "name");
    refused(admin.post(SCRIPTS, "name=x&type=release&" + content("true")), "type");
    refused(admin.post(SCRIPTS, "name=x&timeout=long&" + content("true")), "timeout");
    refused(admin.post(SCRIPTS, "name=x&timeout=48:00:00&" + content("true")), "timeout");
    refused(admin.post(SCRIPTS, "name=x&hardware_type=9&" + content("true")), "hardware_type");
    refused(
        admin.post(SCRIPTS, "name=x&packages={\"apt\":[\"x\"]}&" + content("true")), "packages");
    assertThat(admin.post(SCRIPTS, "name=x&" + content("true")).status()).isEqualTo(200);
    refused(admin.post(SCRIPTS, "name=x&" + content("true")), "name");
    var bob = served.person("bob", Role.OPERATOR);
    assertThat(bob.post(SCRIPTS, "name=y&" + content("true")).status()).isEqualTo(403);
    assertThat(bob.get(SCRIPTS + "x").status()).isEqualTo(200);
  }

  @Test
  void theImagesInTheStoreAreBootResourcesWithANumberThatStays() {
    var all = admin.get(API + "boot-resources/").json();
    assertThat(all).hasSize(1);
    assertThat(all.get(0).path("name").asText()).isEqualTo("debian/bookworm");
    assertThat(all.get(0).path("architecture").asText()).isEqualTo("amd64/generic");
    assertThat(admin.get(API + "boot-resources/?type=uploaded").json()).isEqualTo(all);
    assertThat(admin.get(API + "boot-resources/?type=synced").json()).isEmpty();
    assertThat(admin.get(API + "boot-resources/?type=other").status()).isEqualTo(400);
    assertThat(admin.get(API + "boot-resources/?op=is_importing").body()).isEqualTo("false");
    var one = admin.get(all.get(0).path("resource_uri").asText()).json();
    var file = one.path("sets").elements().next().path("files").path("root-dd");
    assertThat(file.path("size").asLong()).isEqualTo(1 << 20);
    assertThat(file.path("sha256").asText()).hasSize(64);
    assertThat(admin.get(API + "boot-resources/77/").body())
        .isEqualTo("No BootResource matches the given query.");
  }

  @Test
  void anImageIsUploadedInPiecesAndCanBeDeployedAtOnce() throws Exception {
    var disk = new byte[3 << 20];
    disk[1080] = 0x53;
    disk[1081] = (byte) 0xef;
    var sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk));
    var announce =
        "name=tool&architecture=amd64/generic&title=Our+tool&filetype=ddraw&size=%d&sha256=%s"
            .formatted(disk.length, sha256);
    var made = admin.post(API + "boot-resources/", announce);
    assertThat(made.status()).as(made.body()).isEqualTo(201);
    var file = file(made.json());
    assertThat(file.path("complete").asBoolean()).isFalse();
    var uri = file.path("upload_uri").asText();
    for (int at = 0; at < disk.length; at += 1 << 20) {
      assertThat(made.json().path("name").asText()).isEqualTo("custom/tool");
      ok(admin.put(uri, "application/octet-stream", Arrays.copyOfRange(disk, at, at + (1 << 20))));
    }
    var one = admin.get(made.json().path("resource_uri").asText()).json();
    assertThat(file(one).path("complete").asBoolean()).isTrue();
    assertThat(file(one).path("sha256").asText()).isEqualTo(sha256);
    assertThat(one.path("title").asText()).isEqualTo("Our tool");
    assertThat(admin.put(uri, "application/octet-stream", new byte[1]).status()).isEqualTo(409);

    var machine = served.ready();
    ok(admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=custom/tool"));
    assertThat(served.now(machine).deployment().orElseThrow().image())
        .isEqualTo(ImageId.parse("custom/tool"));
    var writing = admin.delete(one.path("resource_uri").asText());
    assertThat(writing.status()).isEqualTo(409);
    assertThat(writing.body())
        .isEqualTo("custom/tool is being written to " + served.now(machine).hostname());
  }

  @Test
  void anUploadThatIsNotWhatWasAnnouncedIsRefusedAndMayBeginAnew() {
    var wrong = "0".repeat(64);
    var announce = "name=custom/tool&architecture=amd64&filetype=ddraw&size=4&sha256=" + wrong;
    var made = admin.post(API + "boot-resources/", announce).json();
    var uri = file(made).path("upload_uri").asText();
    var refused = admin.put(uri, "application/octet-stream", new byte[] {1, 2, 3, 4});
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).startsWith("SHA-256 0000");
    ok(admin.put(uri, "application/octet-stream", new byte[] {1}));
    assertThat(file(admin.get(made.path("resource_uri").asText()).json()).path("progress").asText())
        .isEqualTo("0.25");
    assertThat(admin.delete(made.path("resource_uri").asText()).status()).isEqualTo(204);
    assertThat(admin.get(made.path("resource_uri").asText()).status()).isEqualTo(404);
    for (var mistake :
        List.of(
            announce.replace("ddraw", "tgz"),
            announce.replace("custom/tool", "debian/bookworm"),
            announce.replace("amd64", "vax"),
            announce.replace("size=4", "size=-4"),
            announce.replace(wrong, "abc"))) {
      assertThat(admin.post(API + "boot-resources/", mistake).status()).as(mistake).isEqualTo(400);
    }
  }

  private static void ok(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private static JsonNode file(JsonNode resource) {
    return resource.path("sets").elements().next().path("files").path("root-dd");
  }

  @Test
  void regionAndRackAreThisOneProcess() {
    for (var kind : List.of("rackcontrollers/", "regioncontrollers/")) {
      var all = admin.get(API + kind).json();
      assertThat(all).hasSize(1);
      assertThat(all.get(0).path("node_type").asInt()).isEqualTo(4);
      assertThat(all.get(0).path("service_set"))
          .extracting(
              service -> service.path("name").asText() + " " + service.path("status").asText())
          .containsExactly("tftp dead", "dhcpd off");
      assertThat(admin.get(all.get(0).path("resource_uri").asText()).json()).isEqualTo(all.get(0));
      assertThat(admin.get(API + kind + "zzzzzz/").status()).isEqualTo(404);
      assertThat(admin.get(API + kind + "?id=zzzzzz").json()).isEmpty();
    }
  }

  @Test
  void theOneProcessIsNotSwitchedOrMovedOverItsOwnApi() {
    var rack = API + "rackcontrollers/rackstead/";
    for (var refused :
        List.of(
            admin.post(rack + "?op=power_off", ""),
            admin.post(rack + "?op=test", ""),
            admin.post(API + "rackcontrollers/?op=set_zone", "zone=default&nodes=rackstead"),
            admin.delete(rack))) {
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body()).contains("the process that answers this");
    }
    assertThat(admin.get(rack + "?op=query_power_state").json().path("state").asText())
        .isEqualTo("on");
    var images = admin.get(rack + "?op=list_boot_images").json().path("images");
    assertThat(images.get(0).path("name").asText()).isEqualTo("debian/bookworm");
    var types = admin.get(API + "rackcontrollers/?op=describe_power_types").json();
    assertThat(types.findValuesAsText("name")).contains("manual", "ipmi", "power_address");
    assertThat(
            admin
                .get(API + "rackcontrollers/?op=is_registered&mac_address=02:00:00:00:00:01")
                .body())
        .isEqualTo("false");
  }

  @Test
  void nodesAreTheMachinesAndSeveralAreMovedToAZoneAtOnce() {
    var one = served.ready();
    var two = served.ready();
    ok(admin.post(API + "zones/", "name=north"));
    var moved =
        admin.post(
            API + "machines/?op=set_zone", "zone=north&nodes=" + one.id() + "&nodes=" + two.id());
    assertThat(moved.status()).as(moved.body()).isEqualTo(204);
    assertThat(served.now(one).labels().zone()).isEqualTo("north");
    assertThat(admin.get(API + "nodes/").json()).hasSize(2);
    assertThat(admin.get(API + "nodes/" + two.id() + "/").json().path("zone").path("name").asText())
        .isEqualTo("north");
    assertThat(admin.post(API + "machines/?op=set_zone", "zone=south&nodes=" + one.id()).status())
        .isEqualTo(400);
    var details = admin.get(API + "machines/" + one.id() + "/?op=details");
    assertThat(details.type()).isEqualTo("application/bson");
    assertThat(details.body()).contains("lshw").contains("<list>").contains(one.hostname());
    assertThat(admin.delete(API + "nodes/" + two.id() + "/").status()).isEqualTo(204);
    assertThat(admin.get(API + "nodes/").json()).hasSize(1);
  }
}
