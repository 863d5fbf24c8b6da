package io.rackstead.bmc.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.BootTarget.Device;
import io.rackstead.bmc.BootTarget.Mode;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// libvirt's documents are read for what is needed of them; hostile ones are refused.
class DocumentsTest {
  /// As libvirt 9.0 and QEMU 7.2 say it of a machine without KVM, shortened.
  private static final String CAPABILITIES =
      """
      <capabilities>
        <host>
          <uuid>6f3a2c1e-9b7d-4c55-8e21-0a1b2c3d4e5f</uuid>
          <cpu><arch>x86_64</arch><model>Broadwell</model><vendor>Intel</vendor></cpu>
        </host>
        <guest>
          <os_type>hvm</os_type>
          <arch name='i686'><wordsize>32</wordsize><domain type='qemu'/></arch>
        </guest>
        <guest>
          <os_type>hvm</os_type>
          <arch name='x86_64'><wordsize>64</wordsize><domain type='qemu'/></arch>
        </guest>
      </capabilities>
      """;

  private static final String NODEINFO =
      """
      CPU model:           x86_64
      CPU(s):              2
      CPU frequency:       2299 MHz
      CPU socket(s):       1
      Core(s) per socket:  2
      Thread(s) per core:  1
      NUMA cell(s):        1
      Memory size:         8142616 KiB
      """;

  private static final String SERVER =
      """
      <domain type='qemu'>
        <name>web-1</name>
        <uuid>6695EB01-f6a4-8304-79aa-97f2502e193f</uuid>
        <memory unit='KiB'>2097152</memory>
        <vcpu placement='static'>2</vcpu>
        <os%s><type arch='x86_64'>hvm</type>%s</os>
        <devices>
          <disk type='file' device='disk'>%s<target dev='vda'/></disk>
          <interface type='bridge'><mac address='52:54:00:AA:bb:cc'/>%s</interface>
          <interface type='network'><mac address='52:54:00:aa:bb:cd'/></interface>
        </devices>
      </domain>
      """;

  private static final BootTarget PXE = new BootTarget(Device.PXE, Mode.EFI);

  @Test
  void aHostTellsItsUuidProcessorMemoryAndHowItRunsServers() {
    assertThat(HostFacts.read(CAPABILITIES, NODEINFO))
        .isEqualTo(
            new HostFacts(
                "6f3a2c1e-9b7d-4c55-8e21-0a1b2c3d4e5f",
                "x86_64",
                "Broadwell",
                2,
                2299,
                7951,
                List.of("qemu")));
  }

  /// As documented (formatcaps, formatdomaincaps, formatnode): no host with KVM was asked.
  @Test
  void aHostTellsItsLargePagesItsIommuAndWhetherItNests() {
    var capabilities =
        """
        <capabilities><host>
          <iommu support='%s'/>
          <topology><cells num='2'>
            <cell id='0'><pages unit='KiB' size='4'>900000</pages>
              <pages unit='KiB' size='2048'>512</pages><pages unit='KiB' size='1048576'>2</pages></cell>
            <cell id='1'><pages unit='KiB' size='4'>900000</pages>
              <pages unit='KiB' size='2048'>256</pages><pages unit='KiB' size='1048576'>0</pages></cell>
          </cells></topology>
        </host></capabilities>
        """;
    var kvm =
        """
        <domainCapabilities><cpu>
          <mode name='host-passthrough' supported='yes'/>
          <mode name='host-model' supported='yes'>
            <model fallback='forbid'>EPYC-Milan</model>
            <feature policy='%s' name='svm'/>
          </mode>
        </cpu></domainCapabilities>
        """;
    assertThat(
            HostAbilities.read(
                capabilities.formatted("yes"),
                kvm.formatted("require"),
                Map.of("pci_0000_5e_00_0", 64)))
        .isEqualTo(
            new HostAbilities(
                Map.of(2048, 768L, 1048576, 2L), true, true, Map.of("pci_0000_5e_00_0", 64)));
    var without =
        HostAbilities.read(capabilities.formatted("no"), kvm.formatted("disable"), Map.of());
    assertThat(without.iommu()).isFalse();
    assertThat(without.nested()).isFalse();
    assertThat(HostAbilities.read(CAPABILITIES, "", Map.of()))
        .isEqualTo(new HostAbilities(Map.of(), false, false, Map.of()));
    assertThatThrownBy(() -> HostAbilities.read(capabilities.replace("512", "-1"), "", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a number of pages is -1");
  }

  @Test
  void aCardTellsIntoHowManyItCanBeSharedOut() {
    var card =
        """
        <device><name>pci_0000_5e_00_0</name>
          <capability type='pci'><class>0x020000</class>%s</capability>
        </device>
        """;
    assertThat(
            HostAbilities.virtualFunctions(
                card.formatted("<capability type='virt_functions' maxCount='64'/>")))
        .isEqualTo(64);
    assertThat(HostAbilities.virtualFunctions(card.formatted(""))).isZero();
  }

  @Test
  void aPoolIsAFolderOrAVolumeGroup() {
    assertThat(new NewPool.Folder("default", "/var/lib/libvirt/images").xml())
        .isEqualTo(
            "<pool"
                + " type='dir'><name>default</name><target><path>/var/lib/libvirt/images</path></target></pool>");
    assertThat(new NewPool.VolumeGroup("fast", "vms").xml())
        .isEqualTo(
            "<pool type='logical'><name>fast</name><source><name>vms</name><format"
                + " type='lvm2'/></source><target><path>/dev/vms</path></target></pool>");
    for (var bad : List.of("", "-f", "..", "a b", "$x")) {
      assertThatThrownBy(() -> new NewPool.VolumeGroup("fast", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a volume group has letters");
      assertThatThrownBy(() -> new NewPool.VolumeGroup(bad, "vms"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a storage pool has letters");
      assertThatThrownBy(() -> new NewPool.Folder("fast", "/srv/" + bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a pool's folder is an absolute path");
    }
  }

  @Test
  void aServerTellsItsSizeItsFirmwareAndItsCardsInOrder() {
    assertThat(VirtualServer.read(SERVER.formatted(" firmware='efi'", "", "", "")))
        .isEqualTo(
            new VirtualServer(
                "6695eb01-f6a4-8304-79aa-97f2502e193f",
                "web-1",
                2,
                2048,
                true,
                List.of("52:54:00:aa:bb:cc", "52:54:00:aa:bb:cd"),
                java.util.Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hd                | network hd",
        "network hd        | network hd",
        "cdrom network hd  | network cdrom hd",
      })
  void aBootTargetComesFirstAndTheServersOwnOrderAfterIt(String own, String changed) {
    var boots =
        String.join(
            "", List.of(own.split(" ")).stream().map(d -> "<boot dev='" + d + "'/>").toList());
    var xml = SERVER.formatted("", boots, "", "");
    var after = BootChange.put(xml, PXE, Persistence.ALWAYS);
    assertThat(order(after)).isEqualTo(changed);
    assertThat(VirtualServer.read(after).bootOverride())
        .contains(new BootChange(PXE, Persistence.ALWAYS, own));
    assertThat(order(BootChange.takenOut(after))).isEqualTo(own);
    assertThat(VirtualServer.read(BootChange.takenOut(after)).bootOverride()).isEmpty();
  }

  @Test
  void anOrderOfSingleDevicesBecomesOneOfKindsAsLibvirtTakesOnlyOneOfBoth() {
    var xml = SERVER.formatted("", "", "<boot order='2'/>", "<boot order='1'/>");
    var after = BootChange.put(xml, new BootTarget(Device.DISK, Mode.BIOS), Persistence.ONCE);
    assertThat(order(after)).isEqualTo("hd network");
    assertThat(after).doesNotContain("order=");
    assertThat(order(BootChange.takenOut(after))).isEqualTo("network hd");
  }

  @Test
  void oneChangeTakesTheOthersPlace() {
    var xml = SERVER.formatted("", "<boot dev='hd'/>", "", "");
    var menu = BootChange.put(xml, new BootTarget(Device.BIOS_SETUP, Mode.EFI), Persistence.ONCE);
    assertThat(menu).contains("<bootmenu enable=\"yes\"");
    var network = BootChange.put(menu, PXE, Persistence.ONCE);
    assertThat(network).doesNotContain("bootmenu");
    assertThat(order(network)).isEqualTo("network hd");
    assertThat(VirtualServer.read(network).bootOverride().orElseThrow().was()).isEqualTo("hd");
  }

  private static String order(String xml) {
    var os = Xml.child(Xml.parse(xml), "os").orElseThrow();
    return String.join(
        " ", Xml.children(os, "boot").stream().map(boot -> boot.getAttribute("dev")).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><d>&x;</d>",
        "<!DOCTYPE d SYSTEM 'http://127.0.0.1:1/d'><d/>",
        "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><d>&b;</d>",
        "<d>&undeclared;</d>",
        "<d>",
        "",
        "error: no",
      })
  void aDocumentWithATypeOrAnEntityIsRefused(String text) {
    assertThatThrownBy(() -> Xml.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDocumentOfAThousandFloorsIsRefused() {
    var deep = "<d>".repeat(1000) + "</d>".repeat(1000);
    assertThatThrownBy(() -> Xml.parse(deep)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whateverIsFlippedInADocumentItIsReadOrRefused() {
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    var whole = SERVER.formatted("", "<boot dev='hd'/>", "", "");
    for (int i = 0; i < 500; i++) {
      var text = new StringBuilder(whole);
      text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(1, 128));
      try {
        var _ = VirtualServer.read(text.toString());
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching("[^\\p{Cntrl}]*");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-f", "--all", "a b", "a;b", "$(id)", "`id`", "a'b", "a\nb", "a/b", "ä"})
  void aWordThatAShellOrAnOptionParserKnowsIsNoArgument(String word) {
    assertThatThrownBy(() -> Command.of(Verb.START, word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("virsh start is given no ");
  }

  @Test
  void aNewServerIsWrittenWithItsDisksAndCards() {
    var pool = new StoragePool("p", "fast & big", "dir", "/srv", 100, 50);
    var server =
        new NewServer(
            "6695eb01-f6a4-8304-79aa-97f2502e193f",
            "web-1",
            2,
            List.of(),
            2048,
            false,
            true,
            List.of(new NewServer.Disk(pool, 1 << 30)),
            List.of(new NewServer.Card("52:54:00:aa:bb:cc", new Wire(Wire.Kind.BRIDGE, "br0"))));
    assertThat(server.volumeXml(0))
        .isEqualTo(
            """
            <volume>
              <name>rackstead-6695eb01-f6a4-8304-79aa-97f2502e193f-0</name>
              <capacity unit='bytes'>1073741824</capacity>
              <target><format type='qcow2'/></target>
            </volume>
            """);
    assertThat(server.xml(HostFacts.read(CAPABILITIES, NODEINFO)))
        .isEqualTo(
            """
            <domain type='qemu'>
              <name>web-1</name>
              <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
              <memory unit='MiB'>2048</memory>
              <vcpu>2</vcpu>
              <os firmware='efi'>
                <type arch='x86_64' machine='q35'>hvm</type>
                <boot dev='network'/>
                <boot dev='hd'/>
              </os>
              <features><acpi/><apic/></features>
              <cpu mode='maximum'/>
              <on_poweroff>destroy</on_poweroff>
              <on_reboot>restart</on_reboot>
              <on_crash>restart</on_crash>
              <devices>
                <disk type='volume' device='disk'>
                  <driver name='qemu' type='qcow2'/>
                  <source pool='fast &amp; big' volume='rackstead-6695eb01-f6a4-8304-79aa-97f2502e193f-0'/>
                  <target dev='vda' bus='virtio'/>
                  <serial>rs6695eb01f6a48300</serial>
                </disk>
                <interface type='bridge'>
                  <mac address='52:54:00:aa:bb:cc'/>
                  <source bridge='br0'/>
                  <model type='virtio'/>
                </interface>
                <serial type='pty'/>
                <console type='pty'/>
                <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
              </devices>
            </domain>
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "qemu+ssh://ada@10.0.9.7/system, qemu+ssh://10.0.9.7, ada, qemu+ssh://ada@10.0.9.7/system",
    "qemu+ssh://10.0.9.7:2222, qemu+ssh://10.0.9.7:2222, root,"
        + " qemu+ssh://root@10.0.9.7:2222/system",
    "qemu+tcp://kvm1/system, qemu+tcp://kvm1, root, qemu+tcp://kvm1/system",
  })
  void aHostIsWrittenAsLibvirtDoes(String text, String host, String user, String again) {
    var uri = LibvirtUri.parse(text);
    assertThat(uri.host()).hasToString(host);
    assertThat(uri.user()).isEqualTo(user);
    assertThat(uri).hasToString(again);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu:///system", "qemu+ssh://", "qemu+ssh://h/session", "qemu+ssh://h/system?command=id",
        "qemu+ext://h/system", "http://h/", "qemu+ssh://a b@h/system", "qemu+ssh://-oX@h/system"
      })
  void anotherWayToAHostIsRefused(String text) {
    assertThatThrownBy(() -> LibvirtUri.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
