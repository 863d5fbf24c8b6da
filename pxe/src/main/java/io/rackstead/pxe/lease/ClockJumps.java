package io.rackstead.pxe.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Notices when somebody sets the wall clock, by a clock that nobody can set. Drift and the small
/// steps of a time service are let pass.
final class ClockJumps {
  private static final Duration WORTH_NOTICING = Duration.ofSeconds(30);

  private final Optional<LongSupplier> nanos;
  private Optional<Instant> start = Optional.empty();

  private ClockJumps(Optional<LongSupplier> nanos) {
    this.nanos = nanos;
  }

  static ClockJumps unseen() {
    return new ClockJumps(Optional.empty());
  }

  static ClockJumps by(LongSupplier nanos) {
    return new ClockJumps(Optional.of(nanos));
  }

  /// By how much the clock was set since the last call.
  Optional<Duration> since(Instant now) {
    if (nanos.isEmpty()) {
      return Optional.empty();
    }
    var zero = now.minusNanos(nanos.get().getAsLong());
    var before = start.orElse(zero);
    var jump = Duration.between(before, zero);
    start = Optional.of(zero); // each look starts anew, so drift never adds up to a jump
    return jump.abs().compareTo(WORTH_NOTICING) > 0 ? Optional.of(jump) : Optional.empty();
  }
}
