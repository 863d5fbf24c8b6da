package io.rackstead.broker.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.declared.BadBroker;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The broker that makes VM hosts of machines: what they come in with, when they are in service,
/// and that nobody pulls them away from under what runs on them.
class LibvirtEngineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KEY = "ecdsa-sha2-nistp256 AAAAE2Vj rackstead";

  /// Knows one host at most.
  private static final class Hosts implements VirtualHosts {
    private final List<Joining> joined = new ArrayList<>();
    private final List<String> machines = new ArrayList<>();
    private Optional<JsonNode> said = Optional.empty();

    @Override
    public String publicKey() {
      return KEY;
    }

    @Override
    public String register(Joining joining) {
      joined.add(joining);
      return "7";
    }

    @Override
    public Optional<JsonNode> look(String number) {
      return number.equals("7") ? said : Optional.empty();
    }

    @Override
    public List<String> machinesOn(String number) {
      return machines;
    }

    @Override
    public void forget(String number) {
      joined.clear();
    }
  }

  private final Hosts hosts = new Hosts();
  private final DeclaredBroker broker = broker(new Wire(hosts));

  private static DeclaredBroker broker(Wire wire) {
    return new DeclaredBroker(
        new Brokers(Path.of("nowhere")).find("libvirt").orElseThrow(),
        Map.of("pool", "fast"),
        wire,
        InstantSource.system());
  }

  private static Handover handover(String address) {
    ObjectNode machine = JsonNodeFactory.instance.objectNode();
    machine.put("id", "abc123").put("hostname", "kvm1").put("address", address);
    machine.put("uuid", "4c4c4544-0042-3510-8056-b9c04f4e5832");
    return new Handover("ho-1", machine);
  }

  @Test
  void aNodeComesInWithLibvirtAUserAndOurKey() {
    var planned = handover("");
    var script = broker.firstBoot(planned, broker.prepare(planned));
    assertThat(script)
        .contains("'install' 'libvirt-daemon-system'", "'useradd' '--system'", "'rackstead-vm'")
        .contains(
            java.util.Base64.getMimeEncoder(76, new byte[] {'\n'})
                .encodeToString(("restrict " + KEY + "\n").getBytes()));
  }

  @Test
  void itIsRegisteredAtItsAddressOnceItHasOne() {
    assertThatThrownBy(() -> broker.handOver(handover(""), broker.prepare(handover(""))))
        .isInstanceOfSatisfying(BrokerException.class, e -> assertThat(e.kind().passing()).isTrue())
        .hasMessageContaining("no address");
    var receipt = broker.handOver(handover("10.0.9.7"), broker.prepare(handover("")));
    assertThat(receipt.kept()).containsEntry("vm_host", "7");
    assertThat(hosts.joined)
        .containsExactly(
            new VirtualHosts.Joining(
                "kvm1",
                "4c4c4544-0042-3510-8056-b9c04f4e5832",
                "10.0.9.7",
                "rackstead-vm",
                "fast",
                "/var/lib/libvirt/images"));
  }

  @Test
  void itIsInServiceWhenItAnswersWithAPoolAndABridge() throws Exception {
    var handover = handover("10.0.9.7");
    var receipt = broker.handOver(handover, broker.prepare(handover));
    assertThat(broker.prove(handover, receipt)).isInstanceOf(Proof.Lost.class);
    hosts.said = Optional.of(JSON.readTree("{\"storage_pools\": [], \"wires\": []}"));
    assertThat(broker.prove(handover, receipt))
        .isEqualTo(new Proof.NotYet("kvm1 answers, but has no storage pool"));
    hosts.said =
        Optional.of(JSON.readTree("{\"storage_pools\": [{\"name\": \"fast\"}], \"wires\": []}"));
    assertThat(broker.prove(handover, receipt))
        .isEqualTo(
            new Proof.NotYet("kvm1 answers, but has no bridge or network to plug servers into"));
    var whole =
        JSON.readTree("{\"storage_pools\": [{\"name\": \"fast\"}], \"wires\": [\"bridge br0\"]}");
    hosts.said = Optional.of(whole);
    assertThat(broker.prove(handover, receipt)).isEqualTo(new Proof.InService(whole));
  }

  @Test
  void itIsNotTakenBackWhileMachinesAreOnIt() {
    var handover = handover("10.0.9.7");
    var receipt = broker.handOver(handover, broker.prepare(handover));
    hosts.machines.add("web-1");
    assertThatThrownBy(() -> broker.takeBack(handover, receipt))
        .isInstanceOfSatisfying(BrokerException.class, e -> assertThat(e.kind().passing()).isTrue())
        .hasMessageContaining("1 machine is composed on it: web-1");
    hosts.machines.clear();
    broker.takeBack(handover, receipt);
    assertThat(hosts.joined).isEmpty();
  }

  @Test
  void whereNobodyKeepsVmHostsTheBrokerSaysSo() {
    assertThatThrownBy(() -> broker(new Wire()))
        .isInstanceOf(BadBroker.class)
        .hasMessage("nobody keeps VM hosts here");
  }
}
