package io.rackstead.maas;

import static io.rackstead.maas.Racked.API;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.neighbour.Neighbour;
import io.rackstead.network.Ip;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class DiscoveryOperationsTest {
  @TempDir Path folder;
  private Served served;
  private Person admin;

  @BeforeEach
  void aSubnetWithAStrangerAndAMachine() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    var made = admin.post(API + "subnets/", "cidr=10.231.77.0/24");
    assertThat(made.status()).as(made.body()).isEqualTo(200);
    see("10.231.77.5", "52:54:00:aa:bb:cc");
    see("10.231.77.6", served.ready().identity().macs().getFirst().toString());
    see("192.168.99.1", "52:54:00:aa:bb:cd");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private void see(String ip, String mac) {
    served.seen.add(
        new Neighbour(Ip.parse(ip), MacAddress.parse(mac), "prov0", served.site.instant()));
  }

  private List<String> list(String op) {
    return admin.get(API + "discovery/" + op).json().findValuesAsText("ip");
  }

  @Test
  void whoIsInASubnetOfOursIsListedAndStrangersAreToldFromMachines() {
    assertThat(list("")).containsExactlyInAnyOrder("10.231.77.5", "10.231.77.6");
    assertThat(list("?op=by_unknown_mac")).containsExactly("10.231.77.5");
    assertThat(list("?op=by_unknown_ip")).hasSize(2);
    assertThat(list("?op=by_unknown_ip_and_mac")).containsExactly("10.231.77.5");
    JsonNode one = admin.get(API + "discovery/?op=by_unknown_mac").json().path(0);
    assertThat(one.path("fabric_name").asText()).isEqualTo("fabric-0");
    assertThat(one.path("observer").path("interface_name").asText()).isEqualTo("prov0");
    assertThat(one.path("mac_address").asText()).isEqualTo("52:54:00:aa:bb:cc");
    assertThat(admin.get(one.path("resource_uri").asText()).json()).isEqualTo(one);
  }

  @Test
  void whatIsClearedComesBackWhenItIsSeenAgain() {
    assertThat(list("")).hasSize(2);
    var form = "ip=10.231.77.5&mac=52:54:00:aa:bb:cc";
    assertThat(admin.post(API + "discovery/?op=clear_by_mac_and_ip", form).status()).isEqualTo(204);
    assertThat(list("")).containsExactly("10.231.77.6");
    assertThat(admin.post(API + "discovery/?op=clear_by_mac_and_ip", form).status()).isEqualTo(404);
    served.site.pass(Duration.ofSeconds(1));
    see("10.231.77.5", "52:54:00:aa:bb:cc");
    assertThat(list("")).hasSize(2);
    assertThat(admin.post(API + "discovery/?op=clear", "").status()).isEqualTo(400);
    assertThat(admin.post(API + "discovery/?op=clear", "all=true").status()).isEqualTo(204);
    assertThat(list("")).isEmpty();
  }

  @Test
  void aScanSaysWhichSubnetItCannotAsk() {
    assertThat(admin.post(API + "discovery/?op=scan", "").body()).contains("force=true");
    var answer = admin.post(API + "discovery/?op=scan", "cidr=10.231.77.0/24").json();
    assertThat(answer.path("result").asText())
        .contains("this appliance has no address in 10.231.77.0/24");
    assertThat(answer.path("scan_failed_on").path(0).asText()).isEqualTo("rackstead");
    assertThat(answer.path("scan_started_on")).isEmpty();
    assertThat(admin.post(API + "discovery/?op=scan", "cidr=10.9.9.0/24").status()).isEqualTo(400);
    var user = served.person("uwe", Role.USER);
    assertThat(user.post(API + "discovery/?op=scan", "force=true").status()).isEqualTo(403);
  }
}
