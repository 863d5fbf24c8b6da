package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Devices and reserved addresses, and who has them in the database that DHCP obeys.
@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class DeviceOperationsTest {
  private static final String API = "/MAAS/api/2.0/";
  private static final MacAddress MAC = MacAddress.parse("52:54:00:aa:bb:01");

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

  private static JsonNode good(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private JsonNode made(String path, String form) {
    return good(admin.post(API + path, form));
  }

  private JsonNode device() {
    return made("devices/?op=", "hostname=juju-container&mac_addresses=52:54:00:aa:bb:01");
  }

  @Test
  void aDeviceHasANameACardAndAnOwner() {
    var device = device();
    var uri = device.path("resource_uri").asText();
    assertThat(device.path("fqdn").asText()).isEqualTo("juju-container.maas");
    assertThat(device.path("owner").asText()).isEqualTo("ada");
    assertThat(device.path("node_type").asInt()).isEqualTo(1);
    assertThat(device.path("interface_set").get(0).path("mac_address").asText())
        .isEqualTo(MAC.toString());
    assertThat(good(admin.get(API + "devices/?hostname=juju-container"))).hasSize(1);
    assertThat(good(admin.get(API + "devices/?mac_address=52:54:00:aa:bb:02"))).isEmpty();
    var machine = served.ready();
    var changed = good(admin.form("PUT", uri, "hostname=box&parent=" + machine.id()));
    assertThat(changed.path("fqdn").asText()).isEqualTo("box.maas");
    assertThat(changed.path("parent").asText()).isEqualTo(machine.id().text());
    good(admin.post(uri + "?op=set_owner_data", "rack=7"));
    assertThat(good(admin.get(uri)).path("owner_data").path("rack").asText()).isEqualTo("7");
    assertThat(admin.delete(uri).status()).isEqualTo(204);
    assertThat(admin.get(uri).status()).isEqualTo(404);
  }

  @Test
  void aDeviceGoesWithTheMachineThatItIsAPartOf() {
    var machine = served.ready();
    made("devices/", "mac_addresses=52:54:00:aa:bb:01&parent=" + machine.id());
    assertThat(admin.delete(API + "machines/" + machine.id() + "/").status()).isEqualTo(204);
    assertThat(good(admin.get(API + "devices/"))).isEmpty();
  }

  @Test
  void anotherUserSeesNoDeviceOfMine() {
    var uri = device().path("resource_uri").asText();
    var other = served.person("bob", Role.USER);
    assertThat(other.get(uri).status()).isEqualTo(404);
    assertThat(other.delete(uri).status()).isEqualTo(404);
    assertThat(good(other.get(API + "devices/"))).isEmpty();
  }

  @Test
  void twoNodesNeverShareANameOrACard() {
    device();
    var machine = served.ready();
    for (var form :
        List.of(
            "hostname=other&mac_addresses=52:54:00:aa:bb:01",
            "hostname=other&mac_addresses=" + machine.identity().macs().getFirst(),
            "hostname=juju-container&mac_addresses=52:54:00:aa:bb:02",
            "hostname=" + machine.hostname() + "&mac_addresses=52:54:00:aa:bb:02",
            "hostname=no_such&mac_addresses=52:54:00:aa:bb:02",
            "hostname=nothing")) {
      assertThat(admin.post(API + "devices/", form).status()).as(form).isEqualTo(400);
    }
  }

  @Test
  void theAddressOfADeviceIsTakenAndGivenBackWithIt() {
    made("subnets/", "cidr=10.9.0.0/24");
    var device = device();
    var id = device.path("system_id").asText();
    var nic = device.path("interface_set").get(0).path("id").asInt();
    var linked =
        made(
            "nodes/" + id + "/interfaces/" + nic + "/?op=link_subnet",
            "mode=STATIC&subnet=10.9.0.0/24&ip_address=10.9.0.30");
    assertThat(linked.path("links").get(0).path("ip_address").asText()).isEqualTo("10.9.0.30");
    var read = good(admin.get(API + "devices/" + id + "/"));
    assertThat(read.path("ip_addresses").get(0).asText()).isEqualTo("10.9.0.30");
    assertThat(good(admin.get(API + "dnsresources/?all=true&name=juju-container"))).hasSize(1);
    var taken = admin.post(API + "ipaddresses/?op=reserve", "ip=10.9.0.30");
    assertThat(taken.status()).isEqualTo(404);
    var all = served.site.database.read(served.networks.addresses()::all);
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().mac()).contains(MAC);
    assertThat(admin.delete(API + "devices/" + id + "/").status()).isEqualTo(204);
    assertThat(served.site.database.read(served.networks.addresses()::all)).isEmpty();
  }

  @Test
  void anAddressIsReservedWithItsNameAndReleased() {
    made("subnets/", "cidr=10.9.0.0/24");
    made("ipranges/", "type=dynamic&start_ip=10.9.0.1&end_ip=10.9.0.99");
    var first = made("ipaddresses/?op=reserve", "subnet=10.9.0.0/24&hostname=printer");
    assertThat(first.path("ip").asText()).isEqualTo("10.9.0.100");
    assertThat(first.path("alloc_type").asInt()).isEqualTo(4);
    assertThat(admin.post(API + "ipaddresses/?op=reserve", "ip=10.9.0.7").status())
        .as("what DHCP gives away")
        .isEqualTo(400);
    assertThat(admin.post(API + "ipaddresses/?op=reserve", "ip=10.9.0.100").status())
        .isEqualTo(404);
    assertThat(good(admin.get(API + "dnsresources/?fqdn=printer.maas"))).hasSize(1);
    assertThat(good(admin.get(API + "ipaddresses/"))).hasSize(1);
    var other = served.person("bob", Role.USER);
    assertThat(good(other.get(API + "ipaddresses/"))).isEmpty();
    assertThat(other.post(API + "ipaddresses/?op=release", "ip=10.9.0.100").status())
        .isEqualTo(404);
    assertThat(admin.post(API + "ipaddresses/?op=release", "ip=10.9.0.100").status())
        .isEqualTo(204);
    assertThat(good(admin.get(API + "dnsresources/?fqdn=printer.maas"))).isEmpty();
    assertThat(admin.post(API + "ipaddresses/?op=release", "ip=10.9.0.100").status())
        .isEqualTo(404);
  }
}
