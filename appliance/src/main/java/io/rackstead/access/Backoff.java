package io.rackstead.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Slows down guessing: after five wrong passwords from an address for a name, each further try
/// waits twice as long as the one before, up to a quarter of an hour.
final class Backoff {
  private static final int FREE = 5;
  private static final Duration LONGEST = Duration.ofMinutes(15);
  private static final int MOST = 20_000;

  private final InstantSource clock;
  private final Map<String, Tries> tries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
          return size() > MOST;
        }
      };

  private record Tries(int wrong, Instant notBefore) {}

  Backoff(InstantSource clock) {
    this.clock = clock;
  }

  /// How long to wait still; empty when a try is free.
  synchronized Optional<Duration> wait(String who) {
    var known = tries.get(who);
    var now = clock.instant();
    return known == null || !known.notBefore().isAfter(now)
        ? Optional.empty()
        : Optional.of(Duration.between(now, known.notBefore()));
  }

  synchronized void wrong(String who) {
    var known = tries.get(who);
    var now = clock.instant();
    boolean old = known == null || known.notBefore().plus(LONGEST).isBefore(now);
    int wrong = known == null || old ? 1 : known.wrong() + 1;
    long seconds =
        wrong < FREE ? 0 : Math.min(LONGEST.toSeconds(), 1L << Math.min(wrong - FREE, 20));
    tries.put(who, new Tries(wrong, now.plusSeconds(seconds)));
  }

  synchronized void right(String who) {
    tries.remove(who);
  }
}
