package io.rackstead.bmc.libvirt;

import java.util.Locale;
import org.w3c.dom.Element;

/// libvirt's scaled integers: `<memory unit='KiB'>2097152</memory>`.
final class Size {
  private Size() {}

  /// In bytes.
  ///
  /// @param otherwise the unit where none is named
  static long bytes(Element element, String otherwise) {
    var text = element.getTextContent().strip();
    var unit = element.hasAttribute("unit") ? element.getAttribute("unit") : otherwise;
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException(
          "<%s> is no number: %s".formatted(element.getNodeName(), Said.shown(text)));
    }
    return Math.multiplyExact(Long.parseLong(text), scale(unit));
  }

  private static long scale(String unit) {
    return switch (unit.toLowerCase(Locale.ROOT)) {
      case "b", "byte", "bytes" -> 1;
      case "kb" -> 1000;
      case "k", "kib" -> 1L << 10;
      case "mb" -> 1_000_000;
      case "m", "mib" -> 1L << 20;
      case "gb" -> 1_000_000_000;
      case "g", "gib" -> 1L << 30;
      case "tb" -> 1_000_000_000_000L;
      case "t", "tib" -> 1L << 40;
      default -> throw new IllegalArgumentException("unknown unit " + Said.shown(unit));
    };
  }
}
