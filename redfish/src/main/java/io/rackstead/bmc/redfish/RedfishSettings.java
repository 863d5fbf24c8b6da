package io.rackstead.bmc.redfish;

import java.time.Duration;

/// How patient the client is, and how much it takes in.
///
/// @param connect until a connection stands
/// @param answer from the first byte sent to the last one read, however they trickle
/// @param busy how long a BMC that asks to come back later is waited for, in all
/// @param task how long what a BMC does in the background is waited for
/// @param keepOpen how long an unused session stays open for the next caller: longer than a round
///   of the power states, for each login is a line in the BMC's own log
/// @param mostBytes of one answer
public record RedfishSettings(
    Duration connect,
    Duration answer,
    Duration busy,
    Duration task,
    Duration keepOpen,
    int mostBytes) {
  public static final RedfishSettings DEFAULT =
      new RedfishSettings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(90),
          4 << 20);

  public RedfishSettings {
    if (mostBytes < 1 << 10 || mostBytes > 64 << 20) {
      throw new IllegalArgumentException("an answer has 1 KiB to 64 MiB, got " + mostBytes);
    }
    if (!answer.isPositive() || !connect.isPositive()) {
      throw new IllegalArgumentException("a wait has a limit above zero");
    }
  }
}
