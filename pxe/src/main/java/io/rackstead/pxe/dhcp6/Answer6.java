package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import java.util.List;
import java.util.Optional;

/// What came of one message: perhaps a reply to where it came from, and what to tell once it has
/// left.
///
/// @param needsDisk the reply promises a lease that the disk has to know first
record Answer6(
    Optional<Dhcp6Packet> reply,
    Optional<Trace> trace,
    List<BootEffect> effects,
    boolean needsDisk) {
  Answer6 {
    effects = List.copyOf(effects);
  }

  static Answer6 none() {
    return new Answer6(Optional.empty(), Optional.empty(), List.of(), false);
  }
}
