package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.network.IpAddress;
import io.rackstead.store.OnEachDatabase;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init")
@OnEachDatabase(everyTime = false)
class NetworkOperationsTest {
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

  private JsonNode made(String path, String form) {
    return good(admin.post(API + path, form));
  }

  private static JsonNode good(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private JsonNode read(String path) {
    return good(admin.get(API + path));
  }

  private JsonNode subnet() {
    return made("subnets/", "cidr=10.9.0.0/24&gateway_ip=10.9.0.1&dns_servers=10.9.0.2,10.9.0.3");
  }

  private void rows(String sql, int count) {
    assertThat(
            served.site.database.<Optional<Integer>>read(
                tx -> tx.one("select count(*) from " + sql, row -> row.getInt(1))))
        .contains(count);
  }

  @Test
  void thereIsOneFabricWithItsUntaggedVlanFromTheStart() {
    var fabric = read("fabrics/").get(0);
    assertThat(fabric.path("id").asInt(-1)).isZero();
    assertThat(fabric.path("name").asText()).isEqualTo("fabric-0");
    assertThat(fabric.path("class_type").isNull()).isTrue();
    var vlan = fabric.path("vlans").get(0);
    assertThat(vlan.path("id").asInt()).isEqualTo(5001);
    assertThat(vlan.path("name").asText()).isEqualTo("untagged");
    assertThat(vlan.path("space").asText()).isEqualTo("undefined");
    assertThat(read("fabrics/0/vlans/0/")).isEqualTo(vlan);
    assertThat(read("vlans/5001/")).isEqualTo(vlan);
    assertThat(read("spaces/undefined/").path("vlans").get(0)).isEqualTo(vlan);
    assertThat(read("spaces/").get(0).path("id").asInt()).isEqualTo(-1);
  }

  @Test
  void aNewFabricHasAVlanForUntaggedFramesAndGoesWithIt() {
    var fabric = made("fabrics/?op=", "name=rack-7&class_type=10g");
    assertThat(fabric.path("vlans")).hasSize(1);
    assertThat(fabric.path("vlans").get(0).path("vid").asInt(-1)).isZero();
    assertThat(fabric.path("resource_uri").asText())
        .isEqualTo(API + "fabrics/" + fabric.path("id").asInt() + "/");
    assertThat(admin.delete(API + "fabrics/rack-7/").status()).isEqualTo(204);
    assertThat(admin.get(API + "fabrics/rack-7/").status()).isEqualTo(404);
    assertThat(admin.delete(API + "fabrics/0/").status()).isEqualTo(400);
    rows("audit where what like '%fabric rack-7%'", 2);
  }

  @Test
  void aVlanIsChangedByEitherOfItsPaths() {
    var space = made("spaces/", "name=dmz");
    var vlan = made("fabrics/0/vlans/", "vid=100&name=blue&mtu=9000");
    int id = vlan.path("id").asInt();
    var changed = good(admin.form("PUT", API + "vlans/" + id + "/", "space=dmz&mtu=1500"));
    assertThat(changed.path("space").asText()).isEqualTo("dmz");
    assertThat(changed.path("mtu").asInt()).isEqualTo(1500);
    assertThat(changed.path("name").asText()).isEqualTo("blue");
    assertThat(read("spaces/" + space.path("id").asInt() + "/").path("vlans")).hasSize(1);
    changed = good(admin.form("PUT", API + "fabrics/0/vlans/100/", "space="));
    assertThat(changed.path("space").asText()).isEqualTo("undefined");
    assertThat(admin.delete(API + "fabrics/0/vlans/100/").status()).isEqualTo(204);
    assertThat(admin.delete(API + "vlans/5001/").status()).isEqualTo(400);
  }

  @Test
  void aSubnetIsFoundByIdCidrAndNameAndKeepsWhatIsNotSent() {
    var subnet = subnet();
    int id = subnet.path("id").asInt();
    assertThat(subnet.path("name").asText()).isEqualTo("10.9.0.0/24");
    assertThat(subnet.path("dns_servers").toString()).isEqualTo("[\"10.9.0.2\",\"10.9.0.3\"]");
    var changed = good(admin.form("PUT", API + "subnets/" + id + "/", "name=lab&gateway_ip="));
    assertThat(changed.path("gateway_ip").isNull()).isTrue();
    assertThat(changed.path("cidr").asText()).isEqualTo("10.9.0.0/24");
    for (var by : new String[] {"lab", "name:lab", "cidr:10.9.0.0%2F24", "10.9.0.0%2F24"}) {
      assertThat(read("subnets/" + by + "/").path("id").asInt()).as(by).isEqualTo(id);
    }
    var six = made("subnets/", "cidr=2001:DB8:0:0::/64&vlan=5001");
    assertThat(six.path("cidr").asText()).isEqualTo("2001:db8::/64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fabrics/0/vlans/ | vid=4095 | vid",
        "fabrics/0/vlans/ | vid=abc | vid",
        "fabrics/0/vlans/ | vid=0 | vid",
        "fabrics/0/vlans/ | name=x | vid",
        "fabrics/0/vlans/ | vid=9&mtu=100000 | mtu",
        "fabrics/0/vlans/ | vid=9&space=nowhere | space",
        "fabrics/ | name=fabric-0 | name",
        "fabrics/ | name=a%0Ab | name",
        "spaces/ | name=undefined | name",
        "subnets/ | cidr= | cidr",
        "subnets/ | cidr=10.9.0.1/24 | cidr",
        "subnets/ | cidr=10.9.0.0/33 | cidr",
        "subnets/ | cidr=example.org/24 | cidr",
        "subnets/ | cidr=10.9.0.0/99999999999 | cidr",
        "subnets/ | cidr=0.0.0.0/0 | cidr",
        "subnets/ | cidr=224.0.0.0/24 | cidr",
        "subnets/ | cidr=::ffff:10.0.0.0/120 | cidr",
        "subnets/ | cidr=fe80::%25eth0/64 | cidr",
        "subnets/ | cidr=10.8.0.0/24&gateway_ip=10.7.0.1 | gateway_ip",
        "subnets/ | cidr=10.8.0.0/24&dns_servers=localhost | dns_servers",
        "subnets/ | cidr=10.8.0.0/24&vlan=99 | vlan",
        "subnets/ | cidr=10.8.0.0/24&rdns_mode=7 | rdns_mode",
        "subnets/ | cidr=10.9.0.0/16 | cidr",
        "ipranges/ | type=static&start_ip=10.9.0.10&end_ip=10.9.0.20 | type",
        "ipranges/ | type=dynamic&start_ip=10.9.0.20&end_ip=10.9.0.10 | __all__",
        "ipranges/ | type=dynamic&start_ip=10.9.0.20&end_ip=10.9.1.10 | end_ip",
        "ipranges/ | type=dynamic&start_ip=10.9.0.20 | end_ip",
        "ipranges/ | type=dynamic&start_ip=10.7.0.2&end_ip=10.7.0.9 | subnet",
        "ipranges/ | type=dynamic&start_ip=2001:db8::1&end_ip=10.9.0.20&subnet=10.9.0.0/24 | start_ip",
        "reservedips/ | ip=10.9.0.40&mac_address=hello | mac_address",
        "reservedips/ | ip=10.9.0.40&mac_address=01:00:5e:00:00:01 | mac_address",
        "reservedips/ | ip=10.9.0.150&mac_address=52:54:00:00:00:01 | ip",
        "static-routes/ | source=10.9.0.0/24&destination=10.9.0.0/24&gateway_ip=10.9.0.1 | __all__",
        "static-routes/ | source=10.9.0.0/24&destination=nowhere&gateway_ip=10.9.0.1 | destination",
      })
  void whatCannotBeIsRefusedWithTheFieldThatIsWrong(String path, String form, String field) {
    subnet();
    made("ipranges/", "type=dynamic&start_ip=10.9.0.100&end_ip=10.9.0.199");
    var answer = admin.post(API + path, form.replace("/", "%2F"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().has(field)).as(answer.body()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'; drop table subnet; --",
        "${jndi:ldap://x/y}",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "../../etc/passwd"
      })
  void aNameIsATextAndNothingElse(String name) {
    var encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
    assertThat(made("subnets/", "cidr=10.9.0.0/24&name=" + encoded).path("name").asText())
        .isEqualTo(name);
    assertThat(made("fabrics/", "name=" + encoded).path("name").asText()).isEqualTo(name);
    assertThat(read("subnets/")).hasSize(1);
  }

  @Test
  void rangesMayNotOverlapAndDhcpNeedsADynamicOne() {
    var subnet = subnet();
    var refused = admin.form("PUT", API + "vlans/5001/", "dhcp_on=true");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("dhcp_on").toString()).contains("dynamic IP range");
    var range = made("ipranges/", "type=dynamic&start_ip=10.9.0.100&end_ip=10.9.0.199");
    assertThat(range.path("subnet").path("id").asInt()).isEqualTo(subnet.path("id").asInt());
    assertThat(range.path("user").path("username").asText()).isEqualTo("ada");
    assertThat(
            good(admin.form("PUT", API + "vlans/5001/", "dhcp_on=True"))
                .path("dhcp_on")
                .asBoolean())
        .isTrue();
    var over = admin.post(API + "ipranges/", "type=reserved&start_ip=10.9.0.199&end_ip=10.9.0.210");
    assertThat(over.status()).isEqualTo(400);
    assertThat(over.body()).contains("10.9.0.100-10.9.0.199");
    assertThat(admin.delete(API + "ipranges/" + range.path("id").asInt() + "/").status())
        .isEqualTo(204);
    assertThat(read("ipranges/").toString()).isEqualTo("[]");
  }

  @Test
  void whatIsInUseSaysByWhatAndForceOverrulesIt() {
    var subnet = subnet();
    int id = subnet.path("id").asInt();
    assertThat(admin.delete(API + "vlans/5001/").body()).contains("default VLAN");
    var vlan = made("fabrics/0/vlans/", "vid=7").path("id").asInt();
    good(admin.form("PUT", API + "subnets/" + id + "/", "vlan=" + vlan));
    var refused = admin.delete(API + "vlans/" + vlan + "/");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("subnet 10.9.0.0/24");
    served.site.database.change(tx ->
        served
            .networks
            .addresses()
            .allocate(
                tx,
                id,
                Optional.empty(),
                IpAddress.Kind.USER_RESERVED,
                Optional.empty(),
                new IpAddress.Holder("", "ada", "")));
    refused = admin.delete(API + "subnets/" + id + "/");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("10.9.0.4", "ada");
    assertThat(admin.delete(API + "subnets/" + id + "/?force=true").status()).isEqualTo(204);
    rows("ip_address", 0);
    assertThat(admin.delete(API + "vlans/" + vlan + "/").status()).isEqualTo(204);
  }

  @Test
  void statisticsAndRangesCountWhatNobodyHas() {
    int id = subnet().path("id").asInt();
    made("ipranges/", "type=dynamic&start_ip=10.9.0.100&end_ip=10.9.0.199");
    var stats = read("subnets/" + id + "/?op=statistics&include_ranges=1");
    assertThat(stats.path("total_addresses").asInt()).isEqualTo(254);
    assertThat(stats.path("num_available").asInt()).isEqualTo(254 - 3 - 100);
    assertThat(stats.path("num_unavailable").asInt()).isEqualTo(103);
    assertThat(stats.path("largest_available").asInt()).isEqualTo(96);
    assertThat(stats.path("first_address").asText()).isEqualTo("10.9.0.1");
    assertThat(stats.path("last_address").asText()).isEqualTo("10.9.0.254");
    assertThat(stats.path("usage_string").asText()).isEqualTo("41%");
    assertThat(stats.path("ip_version").asInt()).isEqualTo(4);
    var free = read("subnets/" + id + "/?op=unreserved_ip_ranges");
    assertThat(free).hasSize(2);
    assertThat(free.get(0).path("start").asText()).isEqualTo("10.9.0.4");
    assertThat(free.get(0).path("end").asText()).isEqualTo("10.9.0.99");
    assertThat(free.get(0).has("purpose")).isFalse();
    var taken = read("subnets/" + id + "/?op=reserved_ip_ranges");
    assertThat(taken.findValuesAsText("start")).contains("10.9.0.1", "10.9.0.100");
    assertThat(taken.toString()).contains("gateway-ip", "dns-server", "dynamic");
    var six = made("subnets/", "cidr=2001:db8::/64").path("id").asInt();
    assertThat(read("subnets/" + six + "/?op=statistics").path("total_addresses").asLong())
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aReservedAddressAndARouteAreKeptChangedAndRemoved() {
    subnet();
    made("subnets/", "cidr=10.10.0.0/24");
    var reserved = made("reservedips/", "ip=10.9.0.9&mac_address=52-54-00-00-00-01");
    assertThat(reserved.path("mac_address").asText()).isEqualTo("52:54:00:00:00:01");
    assertThat(reserved.path("subnet").path("cidr").asText()).isEqualTo("10.9.0.0/24");
    assertThat(
            admin.post(API + "reservedips/", "ip=10.9.0.10&mac_address=52:54:00:00:00:01").body())
        .contains("has 10.9.0.9 reserved");
    var path = reserved.path("resource_uri").asText();
    assertThat(good(admin.form("PUT", path, "comment=printer")).path("comment").asText())
        .isEqualTo("printer");
    assertThat(admin.delete(path).status()).isEqualTo(204);
    var route =
        made("static-routes/", "source=10.9.0.0/24&destination=10.10.0.0/24&gateway_ip=10.9.0.1");
    assertThat(route.path("metric").asInt(-1)).isZero();
    path = route.path("resource_uri").asText();
    assertThat(good(admin.form("PUT", path, "metric=5")).path("metric").asInt()).isEqualTo(5);
    assertThat(admin.delete(path).status()).isEqualTo(204);
    assertThat(admin.get(path).status()).isEqualTo(404);
  }

  @Test
  void onlyAnAdministratorChangesNetworksButUsersMayReserveRanges() {
    subnet();
    var user = served.person("bob", Role.USER);
    assertThat(user.get(API + "subnets/").status()).isEqualTo(200);
    for (var path : new String[] {"subnets/", "fabrics/", "spaces/", "reservedips/"}) {
      assertThat(user.post(API + path, "cidr=10.8.0.0/24").status()).as(path).isEqualTo(403);
    }
    assertThat(
            user.post(API + "ipranges/", "type=dynamic&start_ip=10.9.0.10&end_ip=10.9.0.20")
                .status())
        .isEqualTo(403);
    var own = user.post(API + "ipranges/", "type=reserved&start_ip=10.9.0.10&end_ip=10.9.0.20");
    assertThat(own.status()).as(own.body()).isEqualTo(200);
    var other = served.person("eve", Role.USER);
    var path = own.json().path("resource_uri").asText();
    assertThat(other.delete(path).status()).isEqualTo(403);
    assertThat(user.delete(path).status()).isEqualTo(204);
  }

  @Test
  void aNumberThatIsNoneIsNotFound() {
    for (var path :
        new String[] {
          "subnets/99/",
          "subnets/-1/",
          "vlans/x/",
          "vlans/99999999999999999999/",
          "fabrics/77/",
          "spaces/5/",
          "ipranges/1/",
          "reservedips/0/",
          "static-routes/'/"
        }) {
      assertThat(admin.get(API + path).status()).as(path).isEqualTo(404);
    }
  }
}
