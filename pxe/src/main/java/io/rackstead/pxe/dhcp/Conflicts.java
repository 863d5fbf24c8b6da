package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether somebody who never asked us sits on an address that we are about to give away (RFC 2131
/// §2.2), asked by the probes of RFC 5227. The addresses that newcomers get next are asked about
/// ahead of them, so that nobody waits for an answer that does not come; only when newcomers come
/// faster than that does their offer wait.
///
/// A router that does proxy ARP answers for every address: who claims very many is not believed.
final class Conflicts {
  private static final Logger LOG = LoggerFactory.getLogger(Conflicts.class);
  private static final int AHEAD = 256;
  private static final int ASKED_AT_ONCE = 64;
  private static final int MOST_CLAIMS = 64;
  private static final int MOST_REMEMBERED = 16_384;
  private static final long SECOND = 1_000_000_000L;
  private static final long GOOD_FOR = 600 * SECOND;
  private static final long ASK_AGAIN_AFTER = 480 * SECOND;
  private static final long ASKED_TWICE_WITHIN = 60 * SECOND;

  /// For how long an answer is waited for.
  static final int WAIT_MILLIS = 250;

  private final Leases leases;
  private final BootJournal journal;
  private final LongSupplier nanos;
  private final Map<Inet4Address, Asked> asked = new Remembered();
  private final Map<MacAddress, Set<Inet4Address>> claims = new HashMap<>();
  private Optional<Wire> wire = Optional.empty();

  /// The way to ask.
  interface Wire {
    void ask(String networkInterface, Inet4Address target) throws IOException;
  }

  /// @param times how often it was asked, at least one second apart where there was time
  private record Asked(int times, long at, Optional<MacAddress> claimed) {}

  private static final class Remembered extends LinkedHashMap<Inet4Address, Asked> {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Inet4Address, Asked> eldest) {
      return size() > MOST_REMEMBERED;
    }
  }

  Conflicts(Leases leases, BootJournal journal, LongSupplier nanos) {
    this.leases = leases;
    this.journal = journal;
    this.nanos = nanos;
  }

  synchronized void by(Wire asking) {
    wire = Optional.of(asking);
  }

  /// Asks about the addresses that are given out next. Called once a second.
  synchronized void lookAhead(List<Served> networks) {
    if (wire.isEmpty()) {
      return;
    }
    claims.values().removeIf(of -> of.stream().noneMatch(asked::containsKey));
    for (var network : networks) {
      if (network.mode() == Mode.SERVER && network.subnet().contains(network.serverAddress())) {
        leases.next(network, AHEAD).stream()
            .filter(this::wantsAsking)
            .limit(ASKED_AT_ONCE)
            .forEach(address -> ask(network.networkInterface(), address));
      }
    }
  }

  private boolean wantsAsking(Inet4Address address) {
    var before = asked.get(address);
    return before == null
        || before.times() == 1
        || nanos.getAsLong() - before.at() > ASK_AGAIN_AFTER;
  }

  /// True when an offer of this address has to wait for [#WAIT_MILLIS]: it was asked about just
  /// now.
  synchronized boolean mustWait(Optional<String> networkInterface, Inet4Address address) {
    if (wire.isEmpty() || networkInterface.isEmpty()) {
      return false;
    }
    var before = asked.get(address);
    long now = nanos.getAsLong();
    if (before != null && now - before.at() < GOOD_FOR) {
      boolean answerMayCome = now - before.at() < WAIT_MILLIS * 1_000_000L;
      return before.times() == 1 && answerMayCome;
    }
    return ask(networkInterface.get(), address);
  }

  private boolean ask(String networkInterface, Inet4Address address) {
    try {
      wire.orElseThrow().ask(networkInterface, address);
      asked.merge(
          address,
          new Asked(1, nanos.getAsLong(), Optional.empty()),
          (old, fresh) ->
              fresh.at() - old.at() > ASKED_TWICE_WITHIN
                  ? fresh
                  : new Asked(2, fresh.at(), old.claimed()));
      return true;
    } catch (IOException e) {
      LOG.debug("{} on {} is not asked about: {}", address, networkInterface, e.getMessage());
      return false;
    }
  }

  /// Somebody says that it has an address.
  synchronized void heard(ArpPacket packet) {
    var before = asked.get(packet.address());
    if (before == null || before.claimed().isPresent()) {
      return;
    }
    var of = claims.computeIfAbsent(packet.sender(), _ -> new HashSet<>());
    of.add(packet.address());
    if (of.size() > MOST_CLAIMS) {
      return;
    }
    asked.put(
        packet.address(), new Asked(before.times(), before.at(), Optional.of(packet.sender())));
    if (leases.occupied(packet.sender(), packet.address())) {
      journal.trace(
          new Trace(
              "dhcp",
              Optional.of(packet.sender()),
              Optional.of(packet.address()),
              "it sits on "
                  + packet.address().getHostAddress()
                  + " without having asked for it: set aside for an hour, exclude that address",
              "watch"));
    }
  }
}
