package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.DhcpMessage.NONE;

import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.Tally.Dropped;
import io.rackstead.pxe.dhcp.Answer.Reply;
import io.rackstead.pxe.dhcp.DhcpMessage.VendorClass;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.pxe.lease.Lease.Kind;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.lease.Leases.Binding;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// One message in, at most one out: RFC 2131 §4.3 as server, and the proxy of the PXE specification
/// 2.1 §2.2.3 beside a foreign server. Touches no socket; what it changes is the leases alone.
final class DhcpResponder {
  private static final int MOST_HOPS = 16;

  private final Networks networks;
  private final BootOffers boots;
  private final Optional<Leases> leases;
  private final InstantSource clock;
  private final DhcpPorts ports;
  private final Admission admission;
  private final ForeignServers foreign;

  /// Admits everybody and watches nobody.
  DhcpResponder(
      Networks networks,
      BootOffers boots,
      Optional<Leases> leases,
      InstantSource clock,
      DhcpPorts ports) {
    this(networks, boots, leases, clock, ports, Admission.open(), new ForeignServers(clock));
  }

  /// @param leases empty when the lease log cannot be used: then no address is given to anybody
  DhcpResponder(
      Networks networks,
      BootOffers boots,
      Optional<Leases> leases,
      InstantSource clock,
      DhcpPorts ports,
      Admission admission,
      ForeignServers foreign) {
    this.networks = networks;
    this.boots = boots;
    this.leases = leases;
    this.clock = clock;
    this.ports = ports;
    this.admission = admission;
    this.foreign = foreign;
  }

  Answer answer(DhcpMessage asked, Arrival arrival) {
    var type = asked.type();
    if (asked.op() != DhcpMessage.REQUEST || type.isEmpty()) {
      foreign.heard(asked, arrival.networkInterface());
      return silence(asked, Mode.SERVER, "not a request", BootOffer.NOT_ASKED)
          .because(Dropped.NOT_A_REQUEST);
    }
    var flaw = flaw(asked);
    if (flaw.isPresent()) {
      return silence(asked, Mode.SERVER, flaw.get(), BootOffer.NOT_ASKED)
          .because(Dropped.IMPOSSIBLE);
    }
    if (foreign.ourProbe(asked.chaddr())) {
      return Answer.none();
    }
    var often = admission.client(asked);
    if (often.isPresent()) {
      return refused(asked, often.get());
    }
    var choice = NetworkChoice.of(asked, arrival, networks.served(), leases);
    if (choice.network().isEmpty()) {
      return silence(
              asked, Mode.SERVER, "no served network fits: " + choice.why(), BootOffer.NOT_ASKED)
          .because(Dropped.NO_NETWORK);
    }
    var network = choice.network().get();
    if (arrival.proxyPort()) {
      return proxyPort(asked, network, type.get(), arrival);
    }
    return switch (network.mode()) {
      case PROXY -> proxy(asked, network, type.get());
      case SERVER ->
          leases.isPresent()
              ? server(asked, network, type.get(), arrival, leases.get())
              : silence(asked, Mode.SERVER, "the lease log is not usable", BootOffer.NOT_ASKED)
                  .because(Dropped.NOT_DURABLE);
    };
  }

  /// Whether this goes before strangers when there is more than can be answered.
  boolean known(DhcpMessage asked) {
    return asked.hasAddress() || boots.knows(asked.chaddr());
  }

  /// What no client in its right mind sends.
  private static Optional<String> flaw(DhcpMessage asked) {
    if (asked.hops() > MOST_HOPS) { // RFC 1542 §4.1.1
      return Optional.of("it went through " + asked.hops() + " relays: they form a loop");
    }
    return asked.chaddr().multicast() || asked.chaddr().bits() == 0
        ? Optional.of("no adapter has this address")
        : Optional.empty();
  }

  private Answer refused(DhcpMessage asked, Admission.Refusal refusal) {
    var answer =
        refusal.first()
            ? silence(
                asked,
                Mode.SERVER,
                refusal.why() + ", not answered for a while",
                BootOffer.NOT_ASKED)
            : Answer.none();
    return answer.because(Dropped.TOO_OFTEN);
  }

  private Answer server(
      DhcpMessage asked, Served network, MessageType type, Arrival arrival, Leases table) {
    return switch (type) {
      case DISCOVER -> discover(asked, network, arrival, table);
      case REQUEST -> request(asked, network, table);
      case INFORM -> inform(asked, network);
      case RELEASE -> {
        if (forAnother(asked, network)) {
          yield silence(asked, network.mode(), "for another server", BootOffer.NOT_ASKED)
              .because(Dropped.OTHER_SERVER);
        }
        table.release(asked.chaddr(), asked.ciaddr());
        yield silence(asked, network.mode(), "released", BootOffer.NOT_ASKED);
      }
      case DECLINE -> decline(asked, network, table);
      case OFFER, ACK, NAK ->
          silence(asked, network.mode(), "a server's message", BootOffer.NOT_ASKED)
              .because(Dropped.NOT_A_REQUEST);
    };
  }

  private Answer decline(DhcpMessage asked, Served network, Leases table) {
    var address = asked.options().address(DhcpOptions.REQUESTED_ADDRESS);
    if (address.isEmpty() || forAnother(asked, network)) {
      return silence(asked, network.mode(), "no address of ours", BootOffer.NOT_ASKED);
    }
    boolean believed = table.decline(asked.chaddr(), address.get());
    return silence(
        asked,
        network.mode(),
        address.get().getHostAddress()
            + (believed
                ? " is used by somebody else and set aside"
                : ": not believed, it has none or declined too many"),
        BootOffer.NOT_ASKED);
  }

  private static boolean forAnother(DhcpMessage asked, Served network) {
    return asked
        .options()
        .address(DhcpOptions.SERVER_ID)
        .filter(named -> !ours(named, asked, network))
        .isPresent();
  }

  /// Our address there, or the one that the relay told the client to be ours (RFC 5107).
  private static boolean ours(Inet4Address named, DhcpMessage asked, Served network) {
    return named.equals(network.serverAddress()) || named.equals(serverId(asked, network));
  }

  private static Inet4Address serverId(DhcpMessage asked, Served network) {
    return (asked.relayed() ? RelayInfo.of(asked).serverId() : Optional.<Inet4Address>empty())
        .orElse(network.serverAddress());
  }

  private Answer discover(DhcpMessage asked, Served network, Arrival arrival, Leases table) {
    boolean known =
        network.reservations().containsKey(asked.chaddr()) || boots.knows(asked.chaddr());
    var before = table.of(asked.chaddr(), network);
    if (!known && before.isEmpty()) {
      var refusal = admission.stranger(asked, arrival);
      if (refusal.isPresent()) {
        return refused(asked, refusal.get());
      }
    }
    var wanted = asked.options().address(DhcpOptions.REQUESTED_ADDRESS);
    var address = table.offer(asked.chaddr(), network, wanted, known);
    if (address.isEmpty()) {
      return silence(
              asked,
              network.mode(),
              "no free address left in "
                  + network.subnet()
                  + (known ? "" : " for one that is not on record")
                  + ": widen its ranges",
              BootOffer.NOT_ASKED)
          .because(Dropped.NO_FREE_ADDRESS);
    }
    var answer =
        grant(asked, network, MessageType.OFFER, address.get(), network.leaseTime(), false);
    boolean had =
        before
            .filter(lease -> lease.kind() != Kind.OFFERED)
            .filter(lease -> lease.address().equals(address.get()))
            .isPresent();
    boolean onTheWire = !asked.relayed() && network.subnet().contains(network.serverAddress());
    return had || !onTheWire || network.reservations().containsValue(address.get())
        ? answer
        : answer.offering(address.get());
  }

  private Answer request(DhcpMessage asked, Served network, Leases table) {
    var chosen = asked.options().address(DhcpOptions.SERVER_ID);
    var wanted = asked.options().address(DhcpOptions.REQUESTED_ADDRESS);
    if (chosen.isPresent()) { // SELECTING
      if (!ours(chosen.get(), asked, network)) {
        foreign.chosen(chosen.get(), network, asked.chaddr());
        table.withdraw(asked.chaddr(), network);
        return silence(
                asked,
                network.mode(),
                "client took the offer of " + chosen.get().getHostAddress(),
                BootOffer.NOT_ASKED)
            .because(Dropped.OTHER_SERVER);
      }
      return wanted.isPresent()
          ? bind(asked, network, wanted.get(), table)
          : asked.hasAddress()
              ? bind(asked, network, asked.ciaddr(), table)
              : nak(asked, network, "no address requested");
    }
    if (asked.hasAddress()) { // RENEWING, REBINDING
      // also for a lease that the log does not know: it is in range and free, and to refuse it
      // would take the address from a machine that is running on it
      return bind(asked, network, asked.ciaddr(), table);
    }
    if (wanted.isEmpty()) {
      return nak(asked, network, "no address requested");
    }
    return reboot(asked, network, wanted.get(), table.of(asked.chaddr(), network), table);
  }

  /// INIT-REBOOT, RFC 2131 §4.3.2: silence about a client that is not on record.
  private Answer reboot(
      DhcpMessage asked, Served network, Inet4Address wanted, Optional<Lease> known, Leases table) {
    if (!network.subnet().contains(wanted)) {
      return nak(asked, network, wanted.getHostAddress() + " is not in " + network.subnet());
    }
    if (known.isEmpty() && !network.reservations().containsKey(asked.chaddr())) {
      return silence(
              asked, network.mode(), "not on record, it has to ask anew", BootOffer.NOT_ASKED)
          .because(Dropped.NOT_ON_RECORD);
    }
    return bind(asked, network, wanted, table);
  }

  private Answer bind(DhcpMessage asked, Served network, Inet4Address address, Leases table) {
    return switch (table.bind(asked.chaddr(), network, address)) {
      case Binding.Refused(var reason) -> nak(asked, network, reason);
      case Binding.Bound(var lease, var fresh) -> {
        var left = Duration.between(clock.instant(), lease.until());
        yield grant(asked, network, MessageType.ACK, address, left, fresh);
      }
    };
  }

  private Answer grant(
      DhcpMessage asked,
      Served network,
      MessageType type,
      Inet4Address address,
      Duration time,
      boolean needsDisk) {
    var boot = boots.offer(asked, network, Optional.of(address));
    var reply = DhcpReply.to(asked, type, address, serverId(asked, network));
    reply = DhcpReply.withLease(DhcpReply.withNetwork(reply, network), time);
    reply = DhcpReply.withTemplate(reply, asked, network);
    reply = boot.addTo(reply, asked, network.serverAddress(), false);
    return send(asked, network, reply, boot, needsDisk);
  }

  private Answer inform(DhcpMessage asked, Served network) {
    var boot = boots.offer(asked, network, Optional.of(asked.ciaddr()));
    var reply = DhcpReply.to(asked, MessageType.ACK, NONE, serverId(asked, network));
    reply = DhcpReply.withTemplate(DhcpReply.withNetwork(reply, network), asked, network);
    reply = boot.addTo(reply, asked, network.serverAddress(), false);
    return send(asked, network, reply, boot, false);
  }

  private Answer nak(DhcpMessage asked, Served network, String reason) {
    var reply = DhcpReply.to(asked, MessageType.NAK, NONE, serverId(asked, network));
    var told = DhcpReply.with(reply, reply.options().with(DhcpOptions.MESSAGE, reason));
    if (DhcpReply.fitting(told, network, asked.longestAnswer()).isEmpty()) {
      return noRoom(asked, network.mode(), BootOffer.NOT_ASKED);
    }
    return new Answer(
        Optional.of(route(told, asked)),
        trace(asked, network.mode(), "NAK: " + reason, ""),
        List.of(),
        false);
  }

  /// Beside a foreign server only boot clients are answered, and only with what to boot.
  private Answer proxy(DhcpMessage asked, Served network, MessageType type) {
    boolean asks = type == MessageType.DISCOVER || type == MessageType.INFORM;
    var kind = asked.vendorClass();
    if (!asks || kind == VendorClass.OTHER || kind == VendorClass.U_BOOT) {
      return silence(asked, Mode.PROXY, "for the other server", BootOffer.NOT_ASKED)
          .because(Dropped.OTHER_SERVER);
    }
    var boot = boots.offer(asked, network, Optional.empty());
    if (boot.nothing()) {
      return silence(asked, Mode.PROXY, boot.text(), boot).because(Dropped.NOTHING_TO_BOOT);
    }
    var answer = type == MessageType.DISCOVER ? MessageType.OFFER : MessageType.ACK;
    var reply = DhcpReply.to(asked, answer, NONE, network.serverAddress());
    return send(
        asked, network, boot.addTo(reply, asked, network.serverAddress(), true), boot, false);
  }

  private Answer proxyPort(DhcpMessage asked, Served network, MessageType type, Arrival arrival) {
    boolean asks =
        type == MessageType.REQUEST || type == MessageType.DISCOVER || type == MessageType.INFORM;
    if (!asks || asked.vendorClass() == VendorClass.OTHER) {
      return silence(asked, Mode.PROXY, "not a boot client's question", BootOffer.NOT_ASKED)
          .because(Dropped.NOT_A_REQUEST);
    }
    var boot = boots.offer(asked, network, Optional.of(arrival.source()));
    if (boot.nothing()) {
      return silence(asked, Mode.PROXY, boot.text(), boot).because(Dropped.NOTHING_TO_BOOT);
    }
    var reply = DhcpReply.to(asked, MessageType.ACK, NONE, network.serverAddress());
    var full =
        DhcpReply.fitting(
            boot.addTo(reply, asked, network.serverAddress(), true),
            network,
            asked.longestAnswer());
    if (full.isEmpty()) {
      return noRoom(asked, Mode.PROXY, boot);
    }
    return new Answer(
        Optional.of(
            new Reply(full.get(), arrival.source(), arrival.sourcePort(), asked.longestAnswer())),
        trace(asked, Mode.PROXY, "ACK, " + boot.text(), boot.rule()),
        boot.effects(),
        false);
  }

  private Answer send(
      DhcpMessage asked, Served network, DhcpMessage whole, BootOffer boot, boolean needsDisk) {
    var fitted = DhcpReply.fitting(whole, network, asked.longestAnswer());
    if (fitted.isEmpty()) {
      return noRoom(asked, network.mode(), boot);
    }
    var reply = fitted.get();
    var text = new StringBuilder(reply.type().map(Enum::name).orElse("?"));
    if (!reply.yiaddr().equals(NONE)) {
      text.append(' ').append(reply.yiaddr().getHostAddress());
    }
    if (asked.vendorClass() != VendorClass.OTHER) {
      text.append(", ").append(boot.text());
    }
    return new Answer(
        Optional.of(route(reply, asked)),
        trace(asked, network.mode(), text.toString(), boot.rule()),
        boot.effects(),
        needsDisk);
  }

  private static Answer noRoom(DhcpMessage asked, Mode mode, BootOffer boot) {
    return silence(asked, mode, "what it wants back leaves no room for an answer", boot)
        .because(Dropped.NO_ROOM);
  }

  private Reply route(DhcpMessage reply, DhcpMessage asked) {
    return new Reply(
        reply,
        DhcpReply.target(reply),
        reply.relayed() ? ports.relay() : ports.client(),
        asked.longestAnswer());
  }

  private static Answer silence(DhcpMessage asked, Mode mode, String why, BootOffer boot) {
    return new Answer(
        Optional.empty(),
        trace(asked, mode, "no answer: " + why, boot.rule()),
        boot.effects(),
        false);
  }

  private static Optional<Trace> trace(DhcpMessage asked, Mode mode, String outcome, String rule) {
    return Optional.of(
        new Trace(
            mode == Mode.PROXY ? "proxydhcp" : "dhcp",
            Optional.of(asked.chaddr()),
            asked.hasAddress() ? Optional.of(asked.ciaddr()) : Optional.empty(),
            asked.summary() + " → " + outcome,
            rule));
  }
}
