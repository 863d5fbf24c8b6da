package io.rackstead.pxe;

import java.util.List;

/// A decision, the rule that made it in words for the operator, and what to note once it has left.
public record BootAnswer(BootDecision decision, String rule, List<BootEffect> effects) {
  public BootAnswer {
    effects = List.copyOf(effects);
  }
}
