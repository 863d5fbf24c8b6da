package io.rackstead.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.access.Wires;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.node.Link;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was configured through the API is what the installed system finds.
@SuppressWarnings("NullAway.Init")
class NetworkConfigTest {
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

  private void post(String path, String form) {
    var answer = admin.post(API + path.replace("ID", machine.id().text()), form);
    assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(200);
  }

  private String network() {
    return new String(
        Seed.content("/network-config", served.now(machine), "http://x/r"), StandardCharsets.UTF_8);
  }

  @Test
  void withoutAnythingSaidEachCableGetsItsAddressByDhcp() {
    assertThat(network())
        .isEqualTo(
            """
            version: 2
            ethernets:
              ens3:
                match:
                  macaddress: "3c:fd:fe:00:00:00"
                set-name: "ens3"
                dhcp4: true
            """);
  }

  @Test
  void bondVlanBridgeAddressesRoutesAndNameServersAreInTheSeed() {
    post("nodes/ID/interfaces/?op=create_physical", "mac_address=52:54:00:aa:00:01&name=ens4");
    post(
        "nodes/ID/interfaces/?op=create_bond",
        "name=bond0&parents=ens3&parents=ens4&bond_mode=802.3ad&bond_lacp_rate=fast");
    post("nodes/ID/interfaces/?op=create_vlan", "parents=bond0&vlan=5002");
    post("nodes/ID/interfaces/?op=create_bridge", "name=br0&parent=bond0");
    post("nodes/ID/interfaces/br0/?op=link_subnet", "mode=AUTO&subnet=lab");
    post("nodes/ID/interfaces/br0/?op=link_subnet", "mode=static&subnet=six&ip_address=fd77::9");
    post(
        "nodes/ID/interfaces/bond0.30/?op=link_subnet",
        "mode=static&subnet=store&ip_address=10.30.0.9");
    post("machines/ID/?op=deploy", "distro_series=bookworm");
    assertThat(network())
        .isEqualTo(
            """
            version: 2
            ethernets:
              ens3:
                match:
                  macaddress: "3c:fd:fe:00:00:00"
                set-name: "ens3"
                optional: true
                mtu: 9000
              ens4:
                match:
                  macaddress: "52:54:00:aa:00:01"
                set-name: "ens4"
                optional: true
                mtu: 9000
            bonds:
              bond0:
                interfaces:
                  - "ens3"
                  - "ens4"
                macaddress: "3c:fd:fe:00:00:00"
                parameters:
                  lacp-rate: "fast"
                  mii-monitor-interval: 100
                  mode: "802.3ad"
                optional: true
                mtu: 9000
            vlans:
              "bond0.30":
                id: 30
                link: "bond0"
                mtu: 9000
                addresses:
                  - "10.30.0.9/24"
            bridges:
              br0:
                interfaces:
                  - "bond0"
                macaddress: "3c:fd:fe:00:00:00"
                parameters:
                  stp: false
                  forward-delay: 15
                addresses:
                  - "10.77.0.2/24"
                  - "fd77::9/64"
                routes:
                  -
                    to: "0.0.0.0/0"
                    via: "10.77.0.1"
                  -
                    to: "::/0"
                    via: "fd77::1"
                nameservers:
                  addresses:
                    - "10.77.0.53"
                  search:
                    - "maas"
            """);
  }

  @Test
  void aRouteBetweenSubnetsIsInWhatIsInstalledThere() {
    post("static-routes/", "source=lab&destination=store&gateway_ip=10.77.0.254&metric=7");
    post("nodes/ID/interfaces/ens3/?op=link_subnet", "mode=AUTO&subnet=lab&force=true");
    post("machines/ID/?op=deploy", "distro_series=bookworm");
    assertThat(network())
        .contains(
            """
                routes:
                  -
                    to: "0.0.0.0/0"
                    via: "10.77.0.1"
                  -
                    to: "10.30.0.0/24"
                    via: "10.77.0.254"
                    metric: 7
            """);
  }

  @Test
  void aBridgeForGuestsIsMadeOnEveryNetworkAndGoesWithTheRelease() {
    post(
        "nodes/ID/interfaces/?op=create_physical", "mac_address=52:54:00:aa:00:01&name=enp130s0f1");
    post(
        "nodes/ID/interfaces/enp130s0f1/?op=link_subnet",
        "mode=static&subnet=lab&ip_address=10.77.0.7");
    post("nodes/ID/interfaces/?op=create_physical", "mac_address=52:54:00:aa:00:02&name=ens9");
    var before = served.now(machine).node();
    post("machines/?op=allocate", "system_id=" + machine.id() + "&bridge_all=true&bridge_stp=true");
    assertThat(served.now(machine).node().addresses()).containsExactly("10.77.0.7");
    post("machines/ID/?op=deploy", "distro_series=bookworm");
    assertThat(network())
        .endsWith(
            """
            bridges:
              br-ens3:
                interfaces:
                  - "ens3"
                macaddress: "3c:fd:fe:00:00:00"
                parameters:
                  stp: true
                  forward-delay: 15
                dhcp4: true
              br-enp130s0f1:
                interfaces:
                  - "enp130s0f1"
                macaddress: "52:54:00:aa:00:01"
                parameters:
                  stp: true
                  forward-delay: 15
                addresses:
                  - "10.77.0.7/24"
                routes:
                  -
                    to: "0.0.0.0/0"
                    via: "10.77.0.1"
                nameservers:
                  addresses:
                    - "10.77.0.53"
                  search:
                    - "maas"
            """);
    post("machines/ID/?op=abort", "");
    post("machines/ID/?op=release", "");
    served.site.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    assertThat(served.now(machine).node()).isEqualTo(before);
  }

  @Test
  void bridgesCanComeWithTheDeploymentAndWhatIsNotDoneIsRefused() {
    post("machines/ID/?op=deploy", "distro_series=bookworm&bridge_all=true");
    assertThat(network()).contains("br-ens3");
    var other = served.ready();
    for (var form :
        List.of(
            "bridge_all=true&bridge_type=ovs", "bridge_all=1&bridge_fd=x", "install_rackd=true")) {
      var answer =
          admin.post(
              API + "machines/" + other.id() + "/?op=deploy", "distro_series=bookworm&" + form);
      assertThat(answer.status()).as(form + answer.body()).isBetween(400, 409);
      assertThat(served.now(other).state()).isEqualTo(State.READY);
    }
  }

  @Test
  void anAutomaticAddressIsGivenWithTheDeploymentAndNoOtherMachineHasIt() {
    var other = served.ready();
    for (var id : List.of(machine.id(), other.id())) {
      post("nodes/" + id + "/interfaces/ens3/?op=link_subnet", "mode=auto&subnet=lab&force=true");
    }
    assertThat(served.now(machine).node().addresses()).isEmpty();
    post("machines/ID/?op=deploy", "distro_series=bookworm");
    post("machines/" + other.id() + "/?op=deploy", "distro_series=bookworm");
    assertThat(served.now(machine).node().addresses()).containsExactly("10.77.0.2");
    assertThat(served.now(other).node().addresses()).containsExactly("10.77.0.3");
    post("machines/ID/?op=release", "");
    served.site.machines.apply(machine.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    assertThat(served.state(machine)).isEqualTo(State.READY);
    assertThat(served.now(machine).node().addresses()).isEmpty();
    assertThat(admin.get(API + "subnets/1/?op=ip_addresses").json().findValuesAsText("ip"))
        .containsExactly("10.77.0.3");
    assertThat(served.now(machine).node().interfaces().getFirst().links())
        .extracting(Link::mode)
        .containsExactly(Link.Mode.AUTO);
  }

  @Test
  void aBridgeThatNoImageBringsIsRefusedBeforeAnythingMoves() {
    post("nodes/ID/interfaces/?op=create_bridge", "name=br0&parent=ens3&bridge_type=ovs");
    var answer =
        admin.post(API + "machines/" + machine.id() + "/?op=deploy", "distro_series=bookworm");
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.body()).contains("Open vSwitch");
  }
}
