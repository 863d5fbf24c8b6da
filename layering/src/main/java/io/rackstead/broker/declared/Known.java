package io.rackstead.broker.declared;

import java.util.HashSet;
import java.util.Set;

/// Which values a template may ask for at its place: a thing cannot need itself, nor what comes
/// later.
final class Known {
  private static final Set<String> BMC =
      Set.of("protocol", "address", "host", "port", "user", "password");
  private final Set<String> keys;
  private final Set<String> kept = new HashSet<>();

  Known(Set<String> keys) {
    this.keys = Set.copyOf(keys);
  }

  private Known(Known other) {
    keys = other.keys;
    kept.addAll(other.kept);
  }

  Known copy() {
    return new Known(this);
  }

  void keeps(String name) {
    kept.add(name);
  }

  Set<String> kept() {
    return Set.copyOf(kept);
  }

  void check(String where, String text) {
    check(where, text, false);
  }

  /// @param each whether the step is made once for each of a list
  void check(String where, String text, boolean each) {
    Set<String> names;
    try {
      names = Template.names(text);
    } catch (BadBroker e) {
      throw new BadBroker(where + ": " + e.getMessage(), e);
    }
    for (var name : names) {
      if (!has(name, each)) {
        throw new BadBroker(where + " asks for {{" + name + "}}, which is not known there");
      }
    }
  }

  private boolean has(String name, boolean each) {
    var parts = name.split("\\.", 2);
    var inner = parts.length > 1 ? parts[1] : "";
    return switch (parts[0]) {
      case "config" -> keys.contains(inner);
      case "kept" -> kept.contains(inner);
      case "machine" -> true;
      case "bmc" -> BMC.contains(inner);
      case "handover" -> inner.equals("id");
      case "each" -> each && inner.isEmpty();
      default -> false;
    };
  }
}
