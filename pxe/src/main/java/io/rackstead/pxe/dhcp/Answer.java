package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// What came of one message: perhaps a reply, and what to tell the journal once it has left.
///
/// @param needsDisk the reply promises a lease that the disk has to know first
record Answer(Optional<Reply> reply, Trace trace, List<BootEffect> effects, boolean needsDisk) {
  Answer {
    effects = List.copyOf(effects);
  }

  record Reply(DhcpMessage message, Inet4Address to, int port) {}
}
