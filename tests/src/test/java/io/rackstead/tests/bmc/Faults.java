package io.rackstead.tests.bmc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// What a simulated BMC does wrong, to be switched while it runs.
final class Faults {
  volatile boolean silent;
  volatile boolean duplicates;
  volatile boolean garbage;
  volatile boolean swaps;
  volatile boolean wrongRakp2;
  volatile boolean wrongRakp4;
  volatile boolean otherAlgorithms;
  volatile boolean freshRakp2;
  volatile Duration late = Duration.ZERO;

  /// Per cent of the packets that are lost, each way.
  volatile int loss;

  /// A command (network function and code) that is carried out, but never answered; -1 for none.
  volatile int muteAfter = -1;

  final AtomicInteger loseRequests = new AtomicInteger();
  final AtomicInteger loseAnswers = new AtomicInteger();

  /// Answers of the kind "node busy" before commands are done again.
  final AtomicInteger busy = new AtomicInteger();

  /// Serial payloads that meet no room, and such of which half is taken.
  final AtomicInteger solFull = new AtomicInteger();

  final AtomicInteger solHalf = new AtomicInteger();

  private final AtomicInteger goodBeforeLoss = new AtomicInteger(-1);

  /// Loses one request, after so many good ones.
  void loseAfter(int good) {
    goodBeforeLoss.set(good);
  }

  boolean losesThis() {
    return goodBeforeLoss.getAndUpdate(n -> Math.max(-1, n - 1)) == 0;
  }

  static boolean take(AtomicInteger count) {
    return count.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }
}
