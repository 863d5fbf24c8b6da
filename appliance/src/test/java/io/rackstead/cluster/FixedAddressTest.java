package io.rackstead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Person;
import io.rackstead.access.Wires;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.State;
import io.rackstead.network.Ip;
import io.rackstead.network.IpRange;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Vlan;
import io.rackstead.node.Link;
import io.rackstead.plan.Seed;
import io.rackstead.pxe.Networks.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A control plane is found by its address: it has one of its own for as long as it is one.
@SuppressWarnings("NullAway.Init")
class FixedAddressTest {
  private static final String ASKED =
      """
      {"name":"hall2","version":"v1.31.4","image":"debian-12","control_plane":{"size":1}}
      """;

  @TempDir Path folder;
  private Served served;
  private Person owner;

  @BeforeEach
  void start() throws IOException {
    served = new Served(folder.resolve("data"));
    Wires.lay(served.networks);
    served.networks.change(
        Origin.CONSOLE,
        change ->
            change.save(
                new IpRange(
                    NetworkBook.NEW,
                    change.now().subnetNamed("lab").orElseThrow().id(),
                    IpRange.Kind.DYNAMIC,
                    Ip.parse("10.77.0.50"),
                    Ip.parse("10.77.0.199"),
                    "",
                    "")));
    owner = served.person("ada", Role.USER);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private void servedBy(Mode mode) {
    served.networks.change(
        Origin.CONSOLE,
        change ->
            change.save(change.now().vlan(Vlan.DEFAULT).orElseThrow().withDhcp(true).at("", mode)));
  }

  private Machine taken() {
    served.ready();
    var answer = owner.json("/api/clusters", ASKED);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    served.clusters.look();
    JsonNode node = owner.get("/api/clusters/hall2").json().path("nodes").path(0);
    return served.site.machines.find(new MachineId(node.path("machine").asText())).orElseThrow();
  }

  private static Link link(Machine machine) {
    return machine.node().links().findFirst().orElseThrow();
  }

  private String kubeadm(Machine machine) {
    var script = served.clusters.firstBoot(machine).orElseThrow();
    var matcher =
        Pattern.compile(
                "'?/etc/rackstead/kubeadm.yaml'? 0600 <<'END'\n(.*?)\nEND\n", Pattern.DOTALL)
            .matcher(script);
    assertThat(matcher.find()).as(script).isTrue();
    return new String(Base64.getMimeDecoder().decode(matcher.group(1)), StandardCharsets.UTF_8);
  }

  @Test
  void itsAddressIsTakenFromTheSubnetAndGivenBackWithIt() {
    servedBy(Mode.SERVER);
    var machine = taken();
    var address = machine.node().addresses().getFirst();
    assertThat(link(machine).mode()).isEqualTo(Link.Mode.AUTO);
    assertThat(address).startsWith("10.77.0.");
    assertThat(Integer.parseInt(address.substring(8))).isLessThan(50);
    assertThat(held()).containsExactly(address);
    assertThat(kubeadm(machine))
        .contains("advertiseAddress: \"" + address + "\"")
        .contains("value: \"" + address + "\"");
    assertThat(
            new String(
                Seed.content("/network-config", machine, "http://x/r"), StandardCharsets.UTF_8))
        .contains(address + "/24")
        .doesNotContain("dhcp4: true");

    served.site.machines.apply(
        machine.id(), new Event.Failed("disk full"), Actor.agent(machine.id()));
    assertThat(owner.delete("/api/clusters/hall2").status()).isEqualTo(202);
    served.clusters.look();
    served.site.machines.apply(machine.id(), new Event.Erased(), Actor.APPLIANCE);
    served.site.machines.apply(machine.id(), new Event.PoweredOff(), Actor.APPLIANCE);
    var free = served.now(machine);
    assertThat(free.state()).isEqualTo(State.READY);
    assertThat(link(free).mode()).isEqualTo(Link.Mode.DHCP);
    assertThat(link(free).subnet()).isEmpty();
    assertThat(free.node().interfaces().getFirst().params()).isEmpty();
    assertThat(held()).isEmpty();
  }

  private List<String> held() {
    return served.site.database.read(tx -> served.networks.addresses().all(tx)).stream()
        .map(one -> Ip.text(one.ip()))
        .toList();
  }

  @Test
  void whereAnotherServerGivesAddressesOutNothingIsChanged() {
    servedBy(Mode.PROXY);
    var machine = taken();
    assertThat(link(machine).mode()).isEqualTo(Link.Mode.DHCP);
    assertThat(kubeadm(machine)).doesNotContain("advertiseAddress");
  }
}
