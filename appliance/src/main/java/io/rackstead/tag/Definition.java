package io.rackstead.tag;

import io.rackstead.machine.Machine;

/// What makes a machine carry a tag. Both languages are evaluated by us, without regular
/// expressions, and an XPath that takes too many steps ends with a refusal.
public sealed interface Definition {
  /// What begins a plain rule; everything else is an XPath.
  String RULE = "rule:";

  boolean holds(Machine machine);

  record Plain(Rule rule) implements Definition {
    @Override
    public boolean holds(Machine machine) {
      return rule.holds(Facts.of(machine));
    }
  }

  record Path(XPath path) implements Definition {
    @Override
    public boolean holds(Machine machine) {
      return machine.hardware().isPresent() && path.holds(Lshw.of(machine));
    }
  }

  /// Throws [BadDefinition] that says what is wrong, and where.
  static Definition parse(String text) {
    var stripped = text.strip();
    return stripped.startsWith(RULE)
        ? new Plain(Rule.parse(stripped.substring(RULE.length()), Facts.NAMES))
        : new Path(XPath.parse(stripped));
  }

  /// A definition that cannot be read, or takes too long.
  final class BadDefinition extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadDefinition(String message) {
      super(message);
    }
  }
}
