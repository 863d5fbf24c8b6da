package io.rackstead.bmc.ipmi;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/// The console's half of serial over LAN (§15.11) without socket and clock: one packet under way
/// each way, sent again until it is answered, numbered 1 to 15 so that one which comes twice is
/// read once.
final class SolFlow {
  private static final byte[] NOTHING = {};

  /// What waits for its turn; a break travels alone.
  private record Typed(byte[] keys, boolean lineBreak) {
    static final Typed BREAK = new Typed(NOTHING, true);
  }

  private final int most;
  private int room = 1;
  private final Deque<Typed> waiting = new ArrayDeque<>();
  private int waitingKeys;
  private Optional<SolPacket> underWay = Optional.empty();
  private boolean paused;
  private int lastSent;
  private int lastReceived;
  private int taken;

  /// @param output what the server wrote, each character once
  /// @param answer to be sent at once
  record Heard(byte[] output, Optional<SolPacket> answer, boolean ended) {}

  /// @param most how many characters may wait
  SolFlow(int most) {
    this.most = most;
  }

  /// How many characters the BMC takes in one packet.
  void room(int characters) {
    room = characters;
  }

  /// False, and nothing is taken, when that would be more than may wait.
  boolean typed(byte[] keys) {
    if (keys.length > most - waitingKeys) {
      return false;
    }
    for (int from = 0; from < keys.length; from += room) {
      var part = Arrays.copyOfRange(keys, from, Math.min(keys.length, from + room));
      waiting.add(new Typed(part, false));
    }
    waitingKeys += keys.length;
    return true;
  }

  void lineBreak() {
    waiting.add(Typed.BREAK);
  }

  /// The next packet to be sent, when none is under way; it is under way then.
  Optional<SolPacket> next() {
    if (underWay.isPresent() || paused || waiting.isEmpty()) {
      return Optional.empty();
    }
    var typed = waiting.remove();
    waitingKeys -= typed.keys().length;
    lastSent = lastSent % 15 + 1;
    int flags = typed.lineBreak() ? SolPacket.BREAK : 0;
    underWay = Optional.of(new SolPacket(lastSent, 0, 0, flags, typed.keys()));
    return underWay;
  }

  /// What was sent and has no answer yet.
  Optional<SolPacket> underWay() {
    return underWay;
  }

  /// The BMC had no room: nothing is sent until [#goOn].
  boolean paused() {
    return paused;
  }

  void goOn() {
    paused = false;
  }

  Heard arrived(SolPacket packet) {
    underWay
        .filter(sent -> sent.sequence() == packet.answered())
        .ifPresent(sent -> answered(sent, packet));
    boolean ended = packet.has(SolPacket.DEACTIVATING);
    if (packet.sequence() == 0) {
      return new Heard(NOTHING, Optional.empty(), ended);
    }
    var output = fresh(packet);
    var answer = new SolPacket(0, packet.sequence(), packet.data().length, 0, NOTHING);
    return new Heard(output, Optional.of(answer), ended);
  }

  private void answered(SolPacket sent, SolPacket answer) {
    underWay = Optional.empty();
    boolean no = answer.has(SolPacket.NACK);
    if (sent.has(SolPacket.BREAK)) {
      if (no) {
        waiting.addFirst(Typed.BREAK);
        paused = true;
      }
      return;
    }
    int accepted = Math.min(answer.accepted(), sent.data().length);
    if (accepted < sent.data().length) {
      // what was left goes first, under a number of its own
      var rest = Arrays.copyOfRange(sent.data(), accepted, sent.data().length);
      waiting.addFirst(new Typed(rest, false));
      waitingKeys += rest.length;
      paused = no || accepted == 0;
    }
  }

  /// One that comes again may have grown meanwhile; what was read of it before is not read again.
  private byte[] fresh(SolPacket packet) {
    int before = lastReceived <= 1 ? 15 : lastReceived - 1;
    if (packet.sequence() == lastReceived) {
      int known = Math.min(taken, packet.data().length);
      taken = Math.max(taken, packet.data().length);
      return Arrays.copyOfRange(packet.data(), known, packet.data().length);
    }
    if (lastReceived != 0 && packet.sequence() == before) {
      return NOTHING; // overtaken on its way: its first copy was read
    }
    lastReceived = packet.sequence();
    taken = packet.data().length;
    return packet.data();
  }
}
