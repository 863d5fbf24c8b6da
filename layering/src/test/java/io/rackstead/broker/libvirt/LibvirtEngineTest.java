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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    private int evacuated;

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
    public void evacuate(String number) {
      evacuated++;
      machines.removeFirst();
    }

    @Override
    public void forget(String number) {
      joined.clear();
    }
  }

  private final Hosts hosts = new Hosts();
  private final DeclaredBroker broker = broker(new Wire(hosts));

  private static DeclaredBroker broker(Wire wire) {
    return broker(wire, Map.of("pool", "fast"));
  }

  private static DeclaredBroker broker(Wire wire, Map<String, String> values) {
    return new DeclaredBroker(
        new Brokers(Path.of("nowhere")).find("libvirt").orElseThrow(),
        values,
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
        .contains(
            "libvirt-daemon-system", "apt-get -q update", "'useradd' '--system'", "'rackstead-vm'")
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
                new VirtualHosts.Pool("fast", "/var/lib/libvirt/images", "")));
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
  void aHostThatMayBeEvacuatedIsTakenBackOnceItIsEmpty() {
    var broker = broker(new Wire(hosts), Map.of("on_release", "evacuate"));
    var handover = handover("10.0.9.7");
    var receipt = broker.handOver(handover, broker.prepare(handover));
    hosts.machines.addAll(List.of("web-1", "web-2"));
    assertThatThrownBy(() -> broker.takeBack(handover, receipt))
        .isInstanceOfSatisfying(BrokerException.class, e -> assertThat(e.kind().passing()).isTrue())
        .hasMessage("1 machine is composed on it: web-2. They are being released");
    broker.takeBack(handover, receipt);
    assertThat(hosts.joined).isEmpty();
    broker.takeBack(handover, receipt);
    assertThat(hosts.evacuated).isEqualTo(2);
  }

  @Test
  void itsKernelIsToldOfLargePagesAndTheIommu() {
    var broker =
        broker(
            new Wire(hosts),
            Map.of(
                "hugepages_2m", "512",
                "hugepages_1g", "4",
                "iommu", "on",
                "kernel_arguments", "isolcpus=2-15  nosmt"));
    var planned = handover("");
    var prepared = broker.prepare(planned);
    assertThat(prepared.kept())
        .containsEntry(
            "kernel_arguments",
            "hugepagesz=1G hugepages=4 hugepagesz=2M hugepages=512 intel_iommu=on iommu=pt"
                + " isolcpus=2-15 nosmt");
    assertThat(broker.firstBoot(planned, prepared))
        .contains("'kernel-arguments' 'hugepagesz=1G hugepages=4", "update-grub");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hugepages_2m=2   | {'large_pages': {'2048': 1}}         | kvm1 has set aside 1 of 2 pages"
            + " of 2048 KiB",
        "hugepages_1g=1   | {'large_pages': {'2048': 9}}         | kvm1 has set aside 0 of 1 pages"
            + " of 1048576 KiB",
        "iommu=on         | {'iommu': false}                     | kvm1 has no IOMMU that is on:"
            + " its firmware may have it off (VT-d, AMD-Vi)",
        "nested=wanted    | {'iommu': true}                      | kvm1 does not let its servers"
            + " run servers: its firmware may have virtualisation off",
      })
  void aHostThatLacksWhatItWasToHaveIsNotInService(String key, String said, String why)
      throws Exception {
    var broker =
        broker(new Wire(hosts), Map.of(key.split("=", 2)[0], key.split("=", 2)[1].strip()));
    var handover = handover("10.0.9.7");
    var receipt = broker.handOver(handover, broker.prepare(handover));
    var whole = (ObjectNode) JSON.readTree(said.replace('\'', '"'));
    whole.putArray("storage_pools").addObject();
    whole.putArray("wires").add("bridge br0");
    hosts.said = Optional.of(whole);
    assertThat(broker.prove(handover, receipt)).isEqualTo(new Proof.NotYet(why));
    whole.putObject("large_pages").put("2048", 2).put("1048576", 1);
    whole.put("iommu", true).put("nested", true);
    assertThat(broker.prove(handover, receipt)).isEqualTo(new Proof.InService(whole));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user              | -o                  | user is a name of a user",
        "pool              | a b                 | pool is letters, digits and _.:-",
        "pool_folder       | relative            | pool_folder is a folder",
        "pool_folder       | /srv/../etc         | pool_folder is a folder",
        "pool_volume_group | vg/lv               | pool_volume_group is a name",
        "pool_volume_group | -f                  | pool_volume_group is a name",
        "hugepages_2m      | -1                  | hugepages_2m is a number of pages",
        "hugepages_1g      | 99999999            | hugepages_1g is a number of pages, at most"
            + " 16384",
        "iommu             | yes                 | iommu is off or on, got 'yes'",
        "nested            | on                  | nested is any or wanted, got 'on'",
        "on_release        | force               | on_release is refuse or evacuate, got 'force'",
        "kernel_arguments  | quiet $(reboot)     | kernel_arguments are words",
        "kernel_arguments  | a=\"b              | kernel_arguments are words",
        "kernel_arguments  | init=/bin/sh;x      | kernel_arguments are words",
      })
  void aSettingThatIsNoneIsRefusedWithItsName(String key, String value, String why) {
    assertThatThrownBy(() -> broker(new Wire(hosts), Map.of(key, value)))
        .isInstanceOf(BadBroker.class)
        .hasMessageStartingWith(why);
  }

  @Test
  void whereNobodyKeepsVmHostsTheBrokerSaysSo() {
    assertThatThrownBy(() -> broker(new Wire()))
        .isInstanceOf(BadBroker.class)
        .hasMessage("nobody keeps VM hosts here");
  }
}
