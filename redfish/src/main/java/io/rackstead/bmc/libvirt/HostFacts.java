package io.rackstead.bmc.libvirt;

import java.util.List;
import java.util.regex.Pattern;

/// What a host has and can do, by its own word.
///
/// @param uuid the host's own, by its firmware; empty where it does not say
/// @param arch as the kernel calls it: `x86_64`
/// @param domainTypes how it can run servers of its own architecture: `qemu`, `kvm`
public record HostFacts(
    String uuid,
    String arch,
    String cpuModel,
    int cores,
    int mhz,
    long memoryMib,
    List<String> domainTypes) {
  private static final Pattern LINE =
      Pattern.compile("(?m)^([A-Za-z()]+(?: [a-z]+)*): +(\\d{1,15})");

  public HostFacts {
    domainTypes = List.copyOf(domainTypes);
  }

  /// The fastest that it has.
  public String domainType() {
    return domainTypes.contains("kvm") || domainTypes.isEmpty() ? "kvm" : domainTypes.getFirst();
  }

  /// @param capabilities libvirt's `<capabilities>` (formatcaps)
  /// @param nodeinfo virsh's lines of a name and a number each
  static HostFacts read(String capabilities, String nodeinfo) {
    var root = Xml.parse(capabilities);
    var arch = Xml.textOf(root, "host", "cpu", "arch");
    long cores = 0;
    long mhz = 0;
    long kib = 0;
    var lines = LINE.matcher(nodeinfo);
    while (lines.find()) {
      long number = Long.parseLong(lines.group(2));
      switch (lines.group(1)) {
        case "CPU(s)" -> cores = number;
        case "CPU frequency" -> mhz = number;
        case "Memory size" -> kib = number;
        default -> {
          // sockets, threads and cells are not asked for
        }
      }
    }
    if (arch.isEmpty() || cores == 0 || kib == 0) {
      throw new IllegalArgumentException(
          "the host says neither architecture nor processors nor memory");
    }
    return new HostFacts(
        Xml.textOf(root, "host", "uuid"),
        arch,
        Xml.textOf(root, "host", "cpu", "model"),
        Math.toIntExact(cores),
        (int) Math.min(mhz, Integer.MAX_VALUE),
        kib / 1024,
        types(root, arch));
  }

  private static List<String> types(org.w3c.dom.Element root, String arch) {
    return Xml.children(root, "guest").stream()
        .filter(guest -> Xml.textOf(guest, "os_type").equals("hvm"))
        .flatMap(guest -> Xml.children(guest, "arch").stream())
        .filter(one -> one.getAttribute("name").equals(arch))
        .flatMap(one -> Xml.children(one, "domain").stream())
        .map(domain -> domain.getAttribute("type"))
        .distinct()
        .toList();
  }
}
