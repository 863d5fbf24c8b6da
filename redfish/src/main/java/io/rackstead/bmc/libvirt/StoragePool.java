package io.rackstead.bmc.libvirt;

import org.w3c.dom.Element;

/// Where a host keeps disks; sizes in bytes.
///
/// @param type libvirt's: `dir`, `logical`, …
/// @param path empty where it has none
public record StoragePool(
    String uuid, String name, String type, String path, long capacity, long available) {
  /// @param xml libvirt's `<pool>` (formatstorage)
  static StoragePool read(String xml) {
    var root = Xml.parse(xml);
    return new StoragePool(
        Xml.textOf(root, "uuid"),
        Xml.textOf(root, "name"),
        root.getAttribute("type"),
        Xml.textOf(root, "target", "path"),
        bytes(root, "capacity"),
        bytes(root, "available"));
  }

  private static long bytes(Element root, String name) {
    return Xml.child(root, name).map(size -> Size.bytes(size, "bytes")).orElse(0L);
  }

  public long used() {
    return capacity - available;
  }

  /// Whether a disk is a file in it, which then takes room only as it is filled.
  boolean ofFiles() {
    return type.equals("dir") || type.equals("fs") || type.equals("netfs");
  }
}
