package io.rackstead.bmc.libvirt;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.w3c.dom.Element;

/// A server that a host has, running or not, as it is configured.
///
/// @param macs in the order of its network cards
/// @param bootOverride what was left in it to start from instead of its own order
public record VirtualServer(
    String uuid,
    String name,
    int cores,
    long memoryMib,
    boolean efi,
    List<String> macs,
    Optional<BootChange> bootOverride) {
  public VirtualServer {
    macs = List.copyOf(macs);
  }

  /// @param xml libvirt's `<domain>` (formatdomain)
  static VirtualServer read(String xml) {
    var root = Xml.parse(xml);
    var uuid = Xml.textOf(root, "uuid").toLowerCase(Locale.ROOT);
    if (uuid.isEmpty()) {
      throw new IllegalArgumentException("a server without a UUID");
    }
    return new VirtualServer(
        uuid,
        Xml.textOf(root, "name"),
        Integer.parseInt(Xml.textOf(root, "vcpu").replaceFirst("^$", "1")),
        Xml.child(root, "memory").map(size -> Size.bytes(size, "KiB")).orElse(0L) >> 20,
        efi(root),
        Xml.child(root, "devices").stream()
            .flatMap(devices -> Xml.children(devices, "interface").stream())
            .flatMap(card -> Xml.child(card, "mac").stream())
            .map(mac -> mac.getAttribute("address").toLowerCase(Locale.ROOT))
            .toList(),
        BootChange.in(root));
  }

  private static boolean efi(Element root) {
    return Xml.child(root, "os")
        .filter(os ->
            os.getAttribute("firmware").equals("efi")
                || Xml.child(os, "loader")
                    .filter(loader -> loader.getAttribute("type").equals("pflash"))
                    .isPresent())
        .isPresent();
  }
}
