package io.rackstead.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.pxe.LoaderChain;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("NullAway.Init")
class ClientOptionsTest {
  private static final MacAddress STRANGER = MacAddress.parse("52:54:00:ff:ff:01");

  @TempDir Path folder;
  private Served served;
  private Person admin;
  private ServedNetworks networks;
  private long subnet;
  private long range;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    ConfiguredNetworks.write(
        served.networks,
        List.of(NetworkSpec.parse("prov0 10.99.0.0/24 server 10.99.0.50-10.99.0.99")));
    var now = served.networks.now();
    var made = now.subnetNamed("10.99.0.0/24").orElseThrow();
    subnet = made.id();
    range = now.rangesOf(made).getFirst().id();
    networks =
        new ServedNetworks(
            served.networks,
            served.site.database,
            () -> false,
            () -> "maas",
            () -> Map.of("prov0", List.<InetAddress>of(Ip.parse("10.99.0.1"))));
    networks.tellBy(served.clientOptions);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void whatIsSaidOverTheApiIsToldByTheNextPacketTheNearestFirst() {
    var machine = served.ready();
    var card = machine.identity().macs().iterator().next();
    put("subnet", subnet, "{\"ntp-servers\":\"10.99.0.9\",\"tftp-server-address\":\"10.99.0.8\"}");
    assertThat(told(STRANGER, "10.99.0.10", 42)).isEqualTo("0a630009");
    put("range", range, "{\"ntp-servers\":\"10.99.0.7\"}");
    assertThat(told(STRANGER, "10.99.0.10", 42)).isEqualTo("0a630009");
    assertThat(told(STRANGER, "10.99.0.60", 42)).isEqualTo("0a630007");
    put("machine", machine.id(), "{\"ntp-servers\":\"10.99.0.6\",\"option-224\":\"0x01ff\"}");
    assertThat(told(card, "10.99.0.60", 42)).isEqualTo("0a630006");
    assertThat(told(card, "10.99.0.60", 224)).isEqualTo("01ff");
    assertThat(told(card, "10.99.0.60", 150)).isEqualTo("0a630008");
    assertThat(told(STRANGER, "10.99.0.60", 224)).isEqualTo("none");
    put("range", range, "{}");
    assertThat(told(STRANGER, "10.99.0.60", 42)).isEqualTo("0a630009");
    assertThat(admin.get("/api/dhcp-options").json().path("scopes").size()).isEqualTo(2);
    assertThat(admin.get("/api/audit").body()).contains("ntp-servers, option-224");
  }

  @Test
  void aMachineOrASubnetBootsByTheSignedLoaders() {
    var machine = served.ready();
    var card = machine.identity().macs().iterator().next();
    put("machine", machine.id(), "{\"boot-chain\":\"signed-grub\"}");
    assertThat(chain(card)).isEqualTo(LoaderChain.SIGNED_GRUB);
    assertThat(chain(STRANGER)).isEqualTo(LoaderChain.IPXE);
    put("subnet", subnet, "{\"boot-chain\":\"signed-grub\"}");
    put("machine", machine.id(), "{\"boot-chain\":\"ipxe\"}");
    assertThat(chain(card)).isEqualTo(LoaderChain.IPXE);
    assertThat(chain(STRANGER)).isEqualTo(LoaderChain.SIGNED_GRUB);
  }

  @Test
  void aSubnetIsAdvertisedOnItsLinkWhereAnOperatorSaysSo() {
    var row = served.networks.now().subnetNamed("10.99.0.0/24").orElseThrow();
    assertThat(ClientOptions.advertised(served.clientOptions.list(), row)).isFalse();
    put("subnet", subnet, "{\"router-advertisement\":\"on\"}");
    assertThat(ClientOptions.advertised(served.clientOptions.list(), row)).isTrue();
    put("subnet", subnet, "{\"router-advertisement\":\"off\"}");
    assertThat(ClientOptions.advertised(served.clientOptions.list(), row)).isFalse();
  }

  private LoaderChain chain(MacAddress mac) {
    return networks.served().getFirst().templates().chainOf(mac);
  }

  @Test
  void whatIsOfASubnetGoesWithIt() {
    put("subnet", subnet, "{\"ntp-servers\":\"10.99.0.9\"}");
    served.networks.change(
        Origin.CONSOLE,
        change -> {
          change.remove(change.now().subnetNamed("10.99.0.0/24").orElseThrow(), true);
          return true;
        });
    assertThat(served.clientOptions.list()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "subnet  | 4711 | {\"options\":{}}                        | 404",
        "machine | nope | {\"options\":{}}                        | 404",
        "fabric  | 1    | {\"options\":{}}                        | 404",
        "subnet  | own  | {}                                      | 400",
        "subnet  | own  | {\"options\":{\"ntp-servers\":1}}       | 400",
        "subnet  | own  | {\"options\":{\"ntp-servers\":\"x\"}}   | 400",
        "subnet  | own  | {\"options\":{\"no-such\":\"x\"}}       | 400",
        "subnet  | own  | {\"options\":{\"51\":\"x\"}}            | 400",
        "subnet  | own  | {\"options\":{\"boot-chain\":\"x\"}}    | 400",
        "subnet  | own  | {\"options\":{\"router-advertisement\":\"x\"}} | 400",
        "machine | own  | {\"options\":{\"router-advertisement\":\"on\"}} | 404",
      })
  void whatCannotBeIsRefused(String scope, String target, String body, int status) {
    var of = target.equals("own") ? subnet + "" : target;
    assertThat(admin.put("/api/dhcp-options/" + scope + "/" + of, body).status()).isEqualTo(status);
    assertThat(served.clientOptions.list()).isEmpty();
  }

  @Test
  void whoMayOnlyTakeMachinesChangesNothing() {
    var user = served.person("uma", Role.USER);
    assertThat(user.put("/api/dhcp-options/subnet/" + subnet, "{\"options\":{}}").status())
        .isEqualTo(403);
    assertThat(user.get("/api/dhcp-options").status()).isEqualTo(403);
  }

  private void put(String scope, Object target, String options) {
    var answer =
        admin.put("/api/dhcp-options/" + scope + "/" + target, "{\"options\":" + options + "}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private String told(MacAddress mac, String address, int option) {
    var template =
        networks.served().getFirst().templates().of(mac, (Inet4Address) Ip.parse(address));
    var value = template.values().get(option);
    return value == null ? "none" : HexFormat.of().formatHex(OptionTemplate.octets(value));
  }
}
