package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.BootTarget.Device;
import io.rackstead.bmc.BootTarget.Mode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/// What a server is to start from instead of its own order. libvirt has an order, and neither a
/// start for once nor a mode: so the order is changed, and what was asked and what was there before
/// stand beside it in the server's own document (formatdomain, "General metadata"), where they
/// survive us. Whether a server has a BIOS or UEFI was decided when it was made: a mode is kept and
/// changes nothing.
///
/// @param was its own order
public record BootChange(BootTarget target, Persistence how, String was) {
  private static final String NAMESPACE = "https://rackstead.io/xmlns/libvirt/boot/1";
  private static final String PREFIXED = "rackstead:boot";

  static Optional<BootChange> in(Element domain) {
    return note(domain)
        .map(note ->
            new BootChange(
                new BootTarget(
                    Device.valueOf(note.getAttribute("device")),
                    Mode.valueOf(note.getAttribute("mode"))),
                Persistence.valueOf(note.getAttribute("how")),
                note.getAttribute("was")));
  }

  private static Optional<Element> note(Element domain) {
    return Xml.child(domain, "metadata").stream()
        .flatMap(metadata -> {
          var notes = metadata.getElementsByTagNameNS(NAMESPACE, "boot");
          return notes.getLength() == 0
              ? java.util.stream.Stream.<Element>empty()
              : java.util.stream.Stream.of((Element) notes.item(0));
        })
        .findFirst();
  }

  /// The document with that change instead of any that is in it.
  static String put(String xml, BootTarget target, Persistence how) {
    var domain = Xml.parse(xml);
    takeOut(domain);
    if (target.device() != Device.NONE) {
      var os = os(domain);
      var was = order(domain, os);
      var order = new LinkedHashSet<String>();
      switch (target.device()) {
        case PXE -> order.add("network");
        case DISK -> order.add("hd");
        case CD -> order.add("cdrom");
        case BIOS_SETUP -> menu(os);
        case NONE -> throw new IllegalStateException("nothing to put");
      }
      order.addAll(was);
      write(domain, os, List.copyOf(order));
      note(domain, target, how, String.join(" ", was));
    }
    return Xml.text(domain);
  }

  /// The document with its own order.
  static String takenOut(String xml) {
    var domain = Xml.parse(xml);
    takeOut(domain);
    return Xml.text(domain);
  }

  private static void takeOut(Element domain) {
    note(domain)
        .ifPresent(note -> {
          var was = note.getAttribute("was");
          var os = os(domain);
          Xml.child(os, "bootmenu").ifPresent(os::removeChild);
          write(domain, os, was.isEmpty() ? List.of() : List.of(was.split(" ", -1)));
          note.getParentNode().removeChild(note);
        });
  }

  private static Element os(Element domain) {
    return Xml.child(domain, "os")
        .orElseThrow(() -> new IllegalArgumentException("a server without <os>"));
  }

  /// By kind of device. An order of single devices, which libvirt has instead, is told by their
  /// kinds.
  private static List<String> order(Element domain, Element os) {
    var order = new LinkedHashSet<String>();
    Xml.children(os, "boot").forEach(boot -> order.add(boot.getAttribute("dev")));
    singles(domain).stream()
        .sorted(java.util.Comparator.comparingInt(BootChange::place))
        .forEach(boot -> order.add(kind((Element) boot.getParentNode())));
    order.remove("");
    return List.copyOf(order);
  }

  private static int place(Element boot) {
    var order = boot.getAttribute("order");
    return order.matches("[0-9]{1,6}") ? Integer.parseInt(order) : Integer.MAX_VALUE;
  }

  private static String kind(Element device) {
    return switch (device.getNodeName()) {
      case "interface" -> "network";
      case "disk" ->
          switch (device.getAttribute("device")) {
            case "cdrom" -> "cdrom";
            case "floppy" -> "fd";
            default -> "hd";
          };
      default -> "";
    };
  }

  private static List<Element> singles(Element domain) {
    var found = new ArrayList<Element>();
    Xml.child(domain, "devices")
        .ifPresent(devices -> {
          var boots = devices.getElementsByTagName("boot");
          for (int i = 0; i < boots.getLength(); i++) {
            found.add((Element) boots.item(i));
          }
        });
    return found;
  }

  private static void write(Element domain, Element os, List<String> order) {
    Xml.children(os, "boot").forEach(os::removeChild);
    singles(domain).forEach(boot -> boot.getParentNode().removeChild(boot));
    for (var device : order) {
      var boot = os.getOwnerDocument().createElement("boot");
      boot.setAttribute("dev", device);
      os.appendChild(boot);
    }
  }

  /// A virtual firmware's set-up begins in its menu; half a minute for a person to open it.
  private static void menu(Element os) {
    Xml.child(os, "bootmenu").ifPresent(os::removeChild);
    var menu = os.getOwnerDocument().createElement("bootmenu");
    menu.setAttribute("enable", "yes");
    menu.setAttribute("timeout", "30000");
    os.appendChild(menu);
  }

  private static void note(Element domain, BootTarget target, Persistence how, String was) {
    var document = domain.getOwnerDocument();
    var metadata =
        Xml.child(domain, "metadata")
            .orElseGet(() -> (Element) domain.appendChild(document.createElement("metadata")));
    var note = document.createElementNS(NAMESPACE, PREFIXED);
    note.setAttributeNS(XMLNS, "xmlns:rackstead", NAMESPACE);
    note.setAttribute("device", target.device().name());
    note.setAttribute("mode", target.mode().name());
    note.setAttribute("how", how.name());
    note.setAttribute("was", was);
    metadata.appendChild(note);
  }

  private static final String XMLNS = javax.xml.XMLConstants.XMLNS_ATTRIBUTE_NS_URI;

  @Override
  public String toString() {
    return "%s, %s".formatted(target.device(), how == Persistence.ONCE ? "once" : "always");
  }
}
