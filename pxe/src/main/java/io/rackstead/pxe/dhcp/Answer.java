package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Tally.Dropped;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// What came of one message: perhaps a reply, and what to tell the journal once it has left.
///
/// @param trace empty for one of a flood of messages that were all refused alike
/// @param needsDisk the reply promises a lease that the disk has to know first
/// @param dropped why there is no reply; empty where there is one, or where none belongs
/// @param unproven an address that the client never had, so that somebody else may sit on it
record Answer(
    Optional<Reply> reply,
    Optional<Trace> trace,
    List<BootEffect> effects,
    boolean needsDisk,
    Optional<Inet4Address> unproven,
    Optional<Dropped> dropped) {
  Answer {
    effects = List.copyOf(effects);
  }

  Answer(
      Optional<Reply> reply, Optional<Trace> trace, List<BootEffect> effects, boolean needsDisk) {
    this(reply, trace, effects, needsDisk, Optional.empty(), Optional.empty());
  }

  /// Nothing, and not a word of it.
  static Answer none() {
    return new Answer(Optional.empty(), Optional.empty(), List.of(), false);
  }

  /// A lease is acknowledged: the disk is waited for where something is to be written.
  boolean acknowledges() {
    return reply
        .map(Reply::message)
        .filter(message -> !message.yiaddr().equals(DhcpMessage.NONE))
        .flatMap(DhcpMessage::type)
        .filter(type -> type == MessageType.ACK)
        .isPresent();
  }

  Answer offering(Inet4Address address) {
    return new Answer(reply, trace, effects, needsDisk, Optional.of(address), dropped);
  }

  Answer because(Dropped why) {
    return new Answer(reply, trace, effects, needsDisk, unproven, Optional.of(why));
  }

  /// @param limit the most octets that the client takes
  record Reply(DhcpMessage message, Inet4Address to, int port, int limit) {
    ByteBuffer octets() {
      return message.encode(limit);
    }

    /// RFC 2131 §4.1 wants this one sent to the client's own MAC, which has no address to be found
    /// by yet. Boot firmware is left out: it is known to take a broadcast.
    boolean wantsFrame() {
      return to.equals(DhcpReply.BROADCAST)
          && !message.broadcast()
          && !message.yiaddr().equals(DhcpMessage.NONE)
          && !message.options().has(DhcpOptions.CLASS_ID)
          && !message.options().has(DhcpOptions.IPXE);
    }
  }
}
