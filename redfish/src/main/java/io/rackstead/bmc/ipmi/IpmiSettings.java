package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_17;
import static io.rackstead.bmc.ipmi.CipherSuite.SUITE_3;

import java.time.Duration;
import java.util.List;

/// How patient the client is and what it offers.
///
/// @param suites in the order in which they are tried; a next one only after the BMC has said in so
///   many words that it does not take the one before
/// @param firstWait until a question is sent a second time; each further wait is half as long
///   again, up to 5 s
/// @param tries how often a question is sent that may be repeated
/// @param keepOpen how long an unused session stays open for the next caller; a BMC ends it by
///   itself after 60 s (§6.12.15)
public record IpmiSettings(
    List<CipherSuite> suites, Duration firstWait, int tries, Duration keepOpen) {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /// Silence is called silence after 6.6 s.
  public static final IpmiSettings DEFAULT =
      new IpmiSettings(
          List.of(SUITE_17, SUITE_3), Duration.ofMillis(500), 5, Duration.ofSeconds(10));

  public IpmiSettings {
    suites = List.copyOf(suites);
    if (suites.isEmpty()) {
      throw new IllegalArgumentException("at least one cipher suite is needed: 17, 3");
    }
    if (tries < 1 || tries > 20) {
      throw new IllegalArgumentException("tries are 1 to 20, got " + tries);
    }
    if (firstWait.compareTo(Duration.ofMillis(1)) < 0 || firstWait.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException("the first wait is 1 ms to 5 s, got " + firstWait);
    }
    if (keepOpen.isNegative() || keepOpen.compareTo(Duration.ofSeconds(50)) > 0) {
      throw new IllegalArgumentException(
          "a session is kept 0 to 50 s, for a BMC ends it after 60 s, got " + keepOpen);
    }
  }

  /// How long the n-th sending waits for an answer, counted from 0.
  Duration waitAfter(int sending) {
    double nanos = firstWait.toNanos() * Math.pow(1.5, sending);
    return Duration.ofNanos((long) Math.min(nanos, LONGEST_WAIT.toNanos()));
  }

  /// How long it takes to find out that nobody answers.
  Duration patience() {
    var sum = Duration.ZERO;
    for (int sending = 0; sending < tries; sending++) {
      sum = sum.plus(waitAfter(sending));
    }
    return sum;
  }
}
