package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Tally.Dropped;
import java.util.List;
import java.util.Optional;

/// What came of one message: perhaps a reply to where it came from, and what to tell once it has
/// left.
///
/// @param dropped why there is no reply
/// @param needsDisk the reply promises a lease that the disk has to know first
record Answer6(
    Optional<Dhcp6Packet> reply,
    Optional<Trace> trace,
    List<BootEffect> effects,
    boolean needsDisk,
    Optional<Dropped> dropped) {
  Answer6 {
    effects = List.copyOf(effects);
  }

  Answer6(
      Optional<Dhcp6Packet> reply,
      Optional<Trace> trace,
      List<BootEffect> effects,
      boolean needsDisk) {
    this(reply, trace, effects, needsDisk, Optional.empty());
  }
}
