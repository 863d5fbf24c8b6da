package io.rackstead.machine;

import java.time.Duration;
import java.util.Optional;

/// The states of a machine: MAAS's numbers and names. A busy state has a patience: without a sign
/// of life for so long it fails.
public enum State {
  NEW(0, "New"),
  COMMISSIONING(1, "Commissioning", 30),
  FAILED_COMMISSIONING(2, "Failed commissioning"),
  MISSING(3, "Missing"),
  READY(4, "Ready"),
  RESERVED(5, "Reserved"),
  DEPLOYED(6, "Deployed"),
  RETIRED(7, "Retired"),
  BROKEN(8, "Broken"),
  DEPLOYING(9, "Deploying", 40),
  ALLOCATED(10, "Allocated"),
  FAILED_DEPLOYMENT(11, "Failed deployment"),
  RELEASING(12, "Releasing", 15),
  RELEASING_FAILED(13, "Releasing failed"),
  DISK_ERASING(14, "Disk erasing", 60),
  FAILED_DISK_ERASING(15, "Failed disk erasing"),
  RESCUE_MODE(16, "Rescue mode"),
  ENTERING_RESCUE_MODE(17, "Entering rescue mode", 20),
  FAILED_ENTERING_RESCUE_MODE(18, "Failed to enter rescue mode"),
  EXITING_RESCUE_MODE(19, "Exiting rescue mode", 15),
  FAILED_EXITING_RESCUE_MODE(20, "Failed to exit rescue mode"),
  TESTING(21, "Testing", 60),
  FAILED_TESTING(22, "Failed testing");

  private final int code;
  private final String title;
  private final Optional<Duration> patience;

  State(int code, String title) {
    this.code = code;
    this.title = title;
    this.patience = Optional.empty();
  }

  State(int code, String title, int patienceMinutes) {
    this.code = code;
    this.title = title;
    this.patience = Optional.of(Duration.ofMinutes(patienceMinutes));
  }

  public int code() {
    return code;
  }

  /// MAAS's `status_name`.
  public String title() {
    return title;
  }

  public Optional<Duration> patience() {
    return patience;
  }

  public boolean busy() {
    return patience.isPresent();
  }

  public static State of(int code) {
    for (var state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    throw new IllegalArgumentException("no machine state has the number " + code);
  }
}
