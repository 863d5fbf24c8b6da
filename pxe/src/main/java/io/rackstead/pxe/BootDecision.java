package io.rackstead.pxe;

import java.util.List;

/// What a client boots. How it gets there for its firmware is `BootPath`'s concern.
public sealed interface BootDecision {
  /// No answer at all: another server may have one.
  record Ignore(String reason) implements BootDecision {}

  /// Leave the network and start from the own disk, quickly.
  record LocalDisk() implements BootDecision {}

  /// Start a kernel. Names are answered by [Booter#open]; arguments are single words, already
  /// checked to hold no white space or control character.
  record Linux(String kernel, List<String> initrds, List<String> arguments)
      implements BootDecision {
    public Linux {
      initrds = List.copyOf(initrds);
      arguments = List.copyOf(arguments);
    }
  }
}
