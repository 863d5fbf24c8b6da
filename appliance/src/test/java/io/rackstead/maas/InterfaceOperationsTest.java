package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.access.Wires;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class InterfaceOperationsTest {
  private static final String API = "/MAAS/api/2.0/";

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private Machine machine;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    Wires.lay(served.networks);
    admin = served.person("ada", Role.ADMIN);
    machine = served.ready();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private String all(String op) {
    return API + "nodes/" + machine.id() + "/interfaces/" + (op.isEmpty() ? "" : "?op=" + op);
  }

  private String one(String name, String op) {
    return API
        + "nodes/"
        + machine.id()
        + "/interfaces/"
        + name
        + "/"
        + (op.isEmpty() ? "" : "?op=" + op);
  }

  private JsonNode ok(Served.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void anInspectedInterfaceKeepsItsNumberAndIsOnTheFirstVlanByDhcp() {
    var before = ok(admin.get(all(""))).path(0);
    assertThat(before.path("name").asText()).isEqualTo("ens3");
    assertThat(before.path("vlan").path("id").asInt()).isEqualTo(5001);
    assertThat(before.path("links").path(0).path("mode").asText()).isEqualTo("dhcp");
    assertThat(before.path("links").path(0).has("subnet")).isFalse();
    assertThat(before.path("links").path(0).has("ip_address")).isFalse();
    assertThat(before.path("params").asText("?")).isEmpty();

    ok(admin.post(API + "machines/" + machine.id() + "/?op=commission", ""));
    served.report(machine, List.of());
    var after = ok(admin.get(one(before.path("id").asText(), "")));
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aBondWithAVlanAndABridgeOnItIsMadeLinkedAndTakenApart() {
    var second =
        ok(admin.post(all("create_physical"), "mac_address=52:54:00:aa:00:01&name=ens4&vlan=5001"));
    var first = served.now(machine).node().named("ens3").orElseThrow();
    var bond =
        ok(
            admin.post(
                all("create_bond"),
                "name=bond0&parents="
                    + first.id()
                    + "&parents="
                    + second.path("id").asText()
                    + "&bond_mode=802.3ad&bond_lacp_rate=fast&mtu=9000"));
    assertThat(bond.path("type").asText()).isEqualTo("bond");
    assertThat(bond.path("parents").toString()).isEqualTo("[\"ens3\",\"ens4\"]");
    assertThat(bond.path("params").path("bond_mode").asText()).isEqualTo("802.3ad");
    assertThat(bond.path("params").path("bond_miimon").asInt()).isEqualTo(100);
    assertThat(bond.path("effective_mtu").asInt()).isEqualTo(9000);
    assertThat(bond.path("mac_address").asText()).isEqualTo(first.mac().orElseThrow().toString());
    assertThat(ok(admin.get(one("ens3", ""))).path("links")).isEmpty();
    assertThat(ok(admin.get(one("ens3", ""))).path("children").toString()).contains("bond0");

    var vlan = ok(admin.post(all("create_vlan"), "parents=bond0&vlan=5002"));
    assertThat(vlan.path("name").asText()).isEqualTo("bond0.30");
    assertThat(vlan.path("vlan").path("space").asText()).isEqualTo("store");
    ok(admin.post(all("create_bridge"), "name=br0&parent=bond0&bridge_stp=true"));

    var linked =
        ok(admin.post(one("br0", "link_subnet"), "mode=STATIC&subnet=lab&default_gateway=true"));
    assertThat(linked.path("links").path(0).path("ip_address").asText()).isEqualTo("10.77.0.2");
    assertThat(linked.path("links").path(0).path("subnet").path("cidr").asText())
        .isEqualTo("10.77.0.0/24");
    var shown = ok(admin.get(API + "machines/" + machine.id() + "/"));
    assertThat(shown.path("default_gateways").path("ipv4").path("gateway_ip").asText())
        .isEqualTo("10.77.0.1");
    assertThat(shown.path("ip_addresses").toString()).contains("10.77.0.2");
    assertThat(shown.path("interface_set")).hasSize(5);

    var inUse = admin.delete(one("bond0", ""));
    assertThat(inUse.status()).isEqualTo(400);
    assertThat(inUse.body()).contains("in use by br0");
    assertThat(admin.delete(one("br0", "")).status()).isEqualTo(204);
    assertThat(admin.delete(one("bond0", "")).status()).isEqualTo(204);
    assertThat(ok(admin.get(all("")))).hasSize(2);
  }

  @Test
  void anAddressOfOurOwnIsGivenToNobody() {
    ok(admin.post(API + "subnets/", "cidr=127.0.0.0/29&name=home&vlan=5001"));
    ok(admin.post(one("ens3", "link_subnet"), "mode=static&subnet=home&force=true"));
    assertThat(served.now(machine).node().addresses()).containsExactly("127.0.0.2");
    assertThat(
            admin
                .post(one("ens3", "link_subnet"), "mode=static&subnet=home&ip_address=127.0.0.1")
                .body())
        .contains("127.0.0.1");
    assertThat(ok(admin.get(API + "subnets/home/?op=reserved_ip_ranges")).toString())
        .contains("\"start\":\"127.0.0.1\",\"end\":\"127.0.0.2\"");
  }

  @Test
  void whatCannotBeIsSaidByItsField() {
    record Wrong(String path, String form, String field) {}
    var wrongs =
        List.of(
            new Wrong(all("create_bond"), "name=bond0", "parents"),
            new Wrong(all("create_bond"), "name=bond0&parents=ens3&bond_mode=fast", "bond_mode"),
            new Wrong(all("create_bond"), "name=a%20b&parents=ens3", "name"),
            new Wrong(all("create_vlan"), "parent=ens3&vlan=5001", "vlan"),
            new Wrong(all("create_vlan"), "parent=ens3&vlan=77", "vlan"),
            new Wrong(all("create_bridge"), "name=ens3&parent=ens3", "name"),
            new Wrong(all("create_physical"), "name=x", "mac_address"),
            new Wrong(one("ens3", "link_subnet"), "mode=sideways", "mode"),
            new Wrong(one("ens3", "link_subnet"), "mode=auto", "subnet"),
            new Wrong(one("ens3", "link_subnet"), "mode=auto&subnet=store", "subnet"),
            new Wrong(
                one("ens3", "link_subnet"),
                "mode=static&subnet=1&ip_address=10.78.0.4",
                "ip_address"),
            new Wrong(
                one("ens3", "link_subnet"),
                "mode=static&subnet=1&ip_address=10.77.0.1",
                "ip_address"),
            new Wrong(one("ens3", "set_default_gateway"), "", "__all__"));
    for (var wrong : wrongs) {
      var answer = admin.post(wrong.path(), wrong.form());
      assertThat(answer.status()).as(wrong + " " + answer.body()).isEqualTo(400);
      assertThat(answer.json().has(wrong.field())).as(wrong + " " + answer.body()).isTrue();
    }
  }

  @Test
  void aSubnetThatIsFullAnswers503AndADeployedMachineIsNotRewired() {
    ok(admin.post(one("ens3", "link_subnet"), "mode=static&subnet=tiny&force=true"));
    var full = admin.post(one("ens3", "link_subnet"), "mode=static&subnet=tiny");
    assertThat(full.status()).as(full.body()).isEqualTo(503);
    ok(admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=bookworm"));
    var late = admin.post(one("ens3", "disconnect"), "");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.body()).contains("Deploying", "Ready");
  }

  @Test
  void aDisconnectedInterfaceIsOnNoVlanAndATagStays() {
    ok(admin.post(one("ens3", "add_tag"), "tag=uplink"));
    var off = ok(admin.post(one("ens3", "disconnect"), ""));
    assertThat(off.path("vlan").isNull()).isTrue();
    assertThat(off.path("links")).isEmpty();
    assertThat(off.path("tags").toString()).contains("uplink");
    assertThat(ok(admin.post(one("ens3", "remove_tag"), "tag=uplink")).path("tags")).isEmpty();
    assertThat(admin.get(one("nope", "")).status()).isEqualTo(404);
  }

  private List<String> inUse(String subnet) {
    return ok(admin.get(API + "subnets/" + subnet + "/?op=ip_addresses")).findValuesAsText("ip");
  }

  @Test
  void thereIsOneBookOfAddressesForMachinesAndPeople() {
    var other = served.ready();
    ok(
        admin.post(
            API + "reservedips/", "subnet=1&ip=10.77.0.2&mac_address=52:54:00:cc:00:01&comment="));
    ok(admin.post(one("ens3", "link_subnet"), "mode=static&subnet=lab&ip_address=10.77.0.9"));
    assertThat(inUse("1")).containsExactly("10.77.0.9");

    var theirs = API + "nodes/" + other.id() + "/interfaces/ens3/?op=link_subnet";
    for (var taken : List.of("10.77.0.9", "10.77.0.2")) {
      var answer = admin.post(theirs, "mode=static&subnet=lab&ip_address=" + taken);
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.json().path("ip_address").path(0).asText()).contains(taken);
    }
    var given = ok(admin.post(theirs, "mode=static&subnet=lab")).path("links").path(1);
    assertThat(given.path("ip_address").asText()).isEqualTo("10.77.0.3");

    var held = admin.delete(API + "subnets/1/");
    assertThat(held.status()).isEqualTo(400);
    assertThat(held.body()).contains(machine.id().text());
    var links = ok(admin.get(one("ens3", ""))).path("links");
    ok(admin.post(one("ens3", "unlink_subnet"), "id=" + links.path(1).path("id").asText()));
    assertThat(inUse("1")).containsExactly("10.77.0.3");
    assertThat(admin.delete(API + "machines/" + other.id() + "/").status()).isEqualTo(204);
    assertThat(inUse("1")).isEmpty();
  }

  @Test
  void aMachineOnWhatIsNoMoreIsNotDeployedUntilItIsMended() {
    ok(admin.post(one("ens3", "link_subnet"), "mode=auto&subnet=lab&force=true"));
    assertThat(admin.delete(API + "subnets/1/").status()).isEqualTo(204);
    var refused =
        admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=bookworm");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.body()).contains("ens3 is linked to a subnet that is no more");
    var link = ok(admin.get(one("ens3", ""))).path("links").path(0).path("id").asText();
    ok(admin.post(one("ens3", "unlink_subnet"), "id=" + link));
    ok(admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=bookworm"));
  }

  @Test
  void anAllocationAndAListChooseByWhereInterfacesAre() {
    var other = served.ready();
    ok(admin.post(one("ens3", "link_subnet"), "mode=static&subnet=tiny&force=true"));
    var id = machine.id().text();
    for (var wish :
        List.of(
            "subnets=tiny",
            "subnets=fabric:far",
            "vlans=fabric:far",
            "not_subnets=lab&fabrics=far",
            "not_vlans=5001")) {
      assertThat(ok(admin.get(API + "machines/?" + wish)).findValuesAsText("hostname"))
          .as(wish)
          .contains(machine.hostname())
          .doesNotContain(other.hostname());
    }
    var taken =
        ok(
            admin.post(
                API + "machines/?op=allocate",
                "verbose=true&interfaces=eth:subnet=tiny,mode=static,not_fabric=fabric-0"));
    var by = taken.path("constraints_by_type");
    assertThat(by.path("verbose_interfaces").path(id)).isEqualTo(by.path("interfaces"));
    assertThat(taken.path("system_id").asText()).isEqualTo(id);
    assertThat(taken.path("constraints_by_type").path("interfaces").path("eth").path(0))
        .isEqualTo(taken.path("interface_set").path(0).path("id"));
  }

  @Test
  void whoeverAsksAtTheSameMomentGetsAnAddressOfTheirOwn() throws Exception {
    var machines = new ArrayList<Machine>();
    for (int i = 0; i < 8; i++) {
      machines.add(served.ready());
    }
    try (var together = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          together.invokeAll(
              machines.stream()
                  .map(m ->
                      (Callable<Served.Answer>)
                          () ->
                              admin.post(
                                  API + "nodes/" + m.id() + "/interfaces/ens3/?op=link_subnet",
                                  "mode=static&subnet=lab"))
                  .toList());
      for (var answer : answers) {
        ok(answer.get());
      }
    }
    var given =
        machines.stream().flatMap(m -> served.now(m).node().addresses().stream()).sorted().toList();
    assertThat(given).hasSize(8).doesNotHaveDuplicates();
    assertThat(inUse("1")).containsExactlyInAnyOrderElementsOf(given);
  }

  @Test
  void aDeploymentForWhichNoAddressIsLeftIsRefusedWhole() {
    var other = served.ready();
    for (var one : List.of(machine, other)) {
      ok(
          admin.post(
              API + "nodes/" + one.id() + "/interfaces/ens3/?op=link_subnet",
              "mode=auto&subnet=tiny&force=true"));
    }
    ok(admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=bookworm"));
    var full = admin.post(API + "machines/" + other.id() + "/?op=deploy", "distro_series=bookworm");
    assertThat(full.status()).as(full.body()).isEqualTo(503);
    assertThat(full.body()).contains("192.168.9.0/30");
    assertThat(served.now(other).state()).isEqualTo(State.READY);
    assertThat(served.now(other).labels().owner()).isEmpty();
    assertThat(served.now(other).deployment()).isEmpty();
    assertThat(served.now(other).node().addresses()).isEmpty();
    assertThat(inUse("tiny")).containsExactly("192.168.9.2");
  }

  @Test
  void aMachineThatAnEarlierVersionWroteGetsItsInterfacesWhenItIsReadFirst() {
    served.site.database.change(tx -> {
      var document =
          tx.one("select document from machine", row -> Json.parse(utf8(row.getString(1))))
              .orElseThrow();
      ((ObjectNode) document).remove("setup");
      tx.change("update machine set document = ?", Json.text(document));
    });
    var before = served.now(machine).node();
    var reader = served.site.readAnew().find(machine.id()).orElseThrow();
    assertThat(reader.node().interfaces()).hasSize(1);
    assertThat(reader.node().interfaces().getFirst().name()).isEqualTo("ens3");
    assertThat(reader.node().interfaces().getFirst().id())
        .isGreaterThan(before.interfaces().getFirst().id());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
