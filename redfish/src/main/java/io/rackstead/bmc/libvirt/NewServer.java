package io.rackstead.bmc.libvirt;

import java.util.List;

/// A server that is to be made on a host.
///
/// @param name a host name: it is also what libvirt calls it
/// @param pinned processors of the host that it may use alone; empty: any
/// @param hugepages whether its memory is backed by large pages that the host has set aside
/// @param disks the first one is started from
public record NewServer(
    String uuid,
    String name,
    int cores,
    List<Integer> pinned,
    long memoryMib,
    boolean hugepages,
    boolean efi,
    List<Disk> disks,
    List<Card> cards) {
  /// More than anybody asks for, and fewer than one controller takes.
  public static final int MOST_DEVICES = 16;

  public NewServer {
    pinned = List.copyOf(pinned);
    disks = List.copyOf(disks);
    cards = List.copyOf(cards);
    if (disks.size() > MOST_DEVICES || cards.size() > MOST_DEVICES) {
      throw new IllegalArgumentException(
          "a server has at most " + MOST_DEVICES + " disks and as many network cards");
    }
    if (cores < 1 || memoryMib < 1) {
      throw new IllegalArgumentException("a server has a processor and memory");
    }
  }

  public record Disk(StoragePool pool, long bytes) {}

  public record Card(String mac, Wire wire) {}

  /// Ours among the volumes of a pool: nothing else is ever removed with a server.
  static String volume(String uuid, int index) {
    return volumes(uuid) + index;
  }

  static String volumes(String uuid) {
    return "rackstead-" + uuid + "-";
  }

  /// By which it is found in the server: a virtio disk has at most 20 letters (VIRTIO 1.2 §5.2).
  static String serial(String uuid, int index) {
    return "rs" + uuid.replace("-", "").substring(0, 14) + "%02d".formatted(index);
  }

  /// libvirt's `<volume>` (formatstorage).
  String volumeXml(int index) {
    var disk = disks.get(index);
    return """
    <volume>
      <name>%s</name>
      <capacity unit='bytes'>%d</capacity>%s
    </volume>
    """
        .formatted(
            volume(uuid, index),
            disk.bytes(),
            disk.pool().ofFiles() ? "\n  <target><format type='qcow2'/></target>" : "");
  }

  /// libvirt's `<domain>` (formatdomain).
  String xml(HostFacts host) {
    var type = host.domainType();
    return """
    <domain type='%s'>
      <name>%s</name>
      <uuid>%s</uuid>
      <memory unit='MiB'>%d</memory>%s
      <vcpu%s>%d</vcpu>
      <os%s>
        <type arch='%s'%s>hvm</type>
        <boot dev='network'/>
        <boot dev='hd'/>
      </os>
      <features><acpi/>%s</features>%s
      <on_poweroff>destroy</on_poweroff>
      <on_reboot>restart</on_reboot>
      <on_crash>restart</on_crash>
      <devices>
    %s%s    <serial type='pty'/>
        <console type='pty'/>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
      </devices>
    </domain>
    """
        .formatted(
            type,
            Xml.escaped(name),
            uuid,
            memoryMib,
            hugepages ? "\n  <memoryBacking><hugepages/></memoryBacking>" : "",
            pinned.isEmpty()
                ? ""
                : " cpuset='"
                    + String.join(",", pinned.stream().map(String::valueOf).toList())
                    + "'",
            cores,
            efi ? " firmware='efi'" : "",
            host.arch(),
            machine(host.arch(), type),
            host.arch().equals("x86_64") ? "<apic/>" : "",
            processor(type),
            disksXml(),
            cardsXml());
  }

  private static String machine(String arch, String type) {
    if (type.equals("test")) {
      return "";
    }
    return switch (arch) {
      case "x86_64" -> " machine='q35'";
      case "aarch64" -> " machine='virt'";
      default -> "";
    };
  }

  /// All that the host's processor has, and without KVM all that QEMU can emulate.
  private static String processor(String type) {
    return switch (type) {
      case "kvm" -> "\n  <cpu mode='host-passthrough'/>";
      case "qemu" -> "\n  <cpu mode='maximum'/>";
      default -> "";
    };
  }

  private String disksXml() {
    var all = new StringBuilder();
    for (int i = 0; i < disks.size(); i++) {
      var pool = disks.get(i).pool();
      all.append(
          """
              <disk type='volume' device='disk'>
                <driver name='qemu' type='%s'/>
                <source pool='%s' volume='%s'/>
                <target dev='vd%c' bus='virtio'/>
                <serial>%s</serial>
              </disk>
          """
              .formatted(
                  pool.ofFiles() ? "qcow2" : "raw",
                  Xml.escaped(pool.name()),
                  volume(uuid, i),
                  'a' + i,
                  serial(uuid, i)));
    }
    return all.toString();
  }

  private String cardsXml() {
    var all = new StringBuilder();
    for (var card : cards) {
      var kind = card.wire().kind() == Wire.Kind.BRIDGE ? "bridge" : "network";
      all.append(
          """
              <interface type='%s'>
                <mac address='%s'/>
                <source %s='%s'/>
                <model type='virtio'/>
              </interface>
          """
              .formatted(kind, card.mac(), kind, Xml.escaped(card.wire().name())));
    }
    return all.toString();
  }
}
