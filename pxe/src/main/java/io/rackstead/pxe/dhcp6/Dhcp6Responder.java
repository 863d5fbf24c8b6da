package io.rackstead.pxe.dhcp6;

import static io.rackstead.pxe.dhcp6.MessageType6.ADVERTISE;
import static io.rackstead.pxe.dhcp6.MessageType6.REPLY;

import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.Tally.Dropped;
import io.rackstead.pxe.dhcp6.Boots6.Offer6;
import io.rackstead.pxe.dhcp6.Dhcp6Options.Status;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Message;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Relay;
import io.rackstead.pxe.lease.Client6;
import io.rackstead.pxe.lease.Leases6;
import io.rackstead.pxe.lease.Leases6.Binding;
import io.rackstead.pxe.net.Subnet6;
import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One message in, at most one out: RFC 8415 §18.3. Touches no socket; what it changes is the
/// leases alone.
final class Dhcp6Responder {
  private final Networks networks;
  private final Boots6 boots;
  private final Leases6 leases;
  private final Duid self;
  private final InstantSource clock;

  Dhcp6Responder(Networks networks, Boots6 boots, Leases6 leases, Duid self, InstantSource clock) {
    this.networks = networks;
    this.boots = boots;
    this.leases = leases;
    this.self = self;
    this.clock = clock;
  }

  /// @param who the adapter where it is known, else the DUID
  private record Case(Question6 asked, Served6 network, Duid duid, Client6 who) {}

  Answer6 answer(Question6 asked, Arrival6 arrival) {
    var flaw = flaw(asked);
    if (flaw.isPresent()) {
      return silence(
          asked,
          flaw.get(),
          flaw.get().startsWith("for the server") ? Dropped.OTHER_SERVER : Dropped.NOT_A_REQUEST);
    }
    var choice = Network6.of(asked, arrival, networks.served6());
    if (choice.network().isEmpty()) {
      return silence(asked, "no served network fits: " + choice.why(), Dropped.NO_NETWORK);
    }
    var network = choice.network().get();
    var duid = asked.client();
    if (duid.isEmpty()) { // §18.2.6: only a question for information may have none
      return information(asked, network);
    }
    var who = asked.mac().map(Client6::of).orElse(Client6.ofUnknown(duid.get().octets()));
    var one = new Case(asked, network, duid.get(), who);
    return switch (asked.message().type()) {
      case SOLICIT -> solicit(one);
      case REQUEST -> bind(one, false);
      case RENEW, REBIND -> bind(one, true);
      case CONFIRM -> confirm(one);
      case RELEASE -> giveBack(one, false);
      case DECLINE -> giveBack(one, true);
      case INFORMATION_REQUEST -> information(asked, network);
      case ADVERTISE, REPLY, RECONFIGURE ->
          silence(asked, "a server's message", Dropped.NOT_A_REQUEST);
    };
  }

  /// RFC 8415 §16: which identifiers a message has, and that it is for us.
  private Optional<String> flaw(Question6 asked) {
    var type = asked.message().type();
    boolean named = asked.server().isPresent();
    if (named && !asked.server().get().equals(self)) {
      return Optional.of("for the server " + asked.server().get());
    }
    boolean ok =
        switch (type) {
          case SOLICIT, CONFIRM, REBIND -> asked.client().isPresent() && !named;
          case REQUEST, RENEW, RELEASE, DECLINE -> asked.client().isPresent() && named;
          case INFORMATION_REQUEST ->
              !asked.message().options().has(Dhcp6Options.IA_NA)
                  && !asked.message().options().has(Dhcp6Options.IA_TA);
          case ADVERTISE, REPLY, RECONFIGURE -> false;
        };
    return ok ? Optional.empty() : Optional.of("not a request as RFC 8415 has it");
  }

  private Answer6 solicit(Case one) {
    var options = one.asked().message().options();
    if (options.has(Dhcp6Options.RAPID_COMMIT)) { // §18.3.1
      return bind(one, false);
    }
    var reply = head(one.asked());
    var text = new ArrayList<String>();
    for (var wanted : Association.of(options)) {
      var hint = wanted.addresses().stream().findFirst();
      var address =
          text.isEmpty()
              ? leases.choose(one.who(), one.network(), hint)
              : Optional.<Inet6Address>empty();
      if (address.isPresent()) {
        text.add(Subnet6.text(address.get()));
        reply =
            reply.with(
                Dhcp6Options.IA_NA,
                wanted.granted(address.get(), one.network().leaseTime(), List.of()));
      } else {
        reply =
            reply.with(
                Dhcp6Options.IA_NA,
                wanted.refused(Status.NO_ADDRESS, "one address for one machine"));
      }
    }
    // ours is the answer where the operator said so: the client need not wait for another
    reply = others(reply.with(Dhcp6Options.PREFERENCE, new byte[] {(byte) 255}), one.asked());
    var why = text.isEmpty() ? "no free address: widen the ranges" : text.getFirst();
    return send(one, ADVERTISE, reply, why, false);
  }

  /// REQUEST, a SOLICIT with rapid commit, RENEW and REBIND: §18.3.1, .2, .4 and .5.
  private Answer6 bind(Case one, boolean again) {
    var options = one.asked().message().options();
    var reply = head(one.asked());
    boolean fresh = false;
    var got = Optional.<Inet6Address>empty();
    var refusal = "no address asked for";
    for (var wanted : Association.of(options)) {
      var astray =
          wanted.addresses().stream()
              .filter(address -> !one.network().subnet().contains(address))
              .toList();
      if (!astray.isEmpty() && !again) {
        refusal = Subnet6.text(astray.getFirst()) + " is not in " + one.network().subnet();
        reply =
            reply.with(Dhcp6Options.IA_NA, wanted.refused(Status.NOT_ON_LINK, "not of this link"));
        continue;
      }
      var hint = wanted.addresses().stream().filter(a -> !astray.contains(a)).findFirst();
      var bound = got.isPresent() ? refused() : leases.bind(one.who(), one.network(), hint);
      switch (bound) {
        case Binding.Refused(var reason) -> {
          refusal = reason;
          reply = reply.with(Dhcp6Options.IA_NA, wanted.refused(Status.NO_ADDRESS, reason));
        }
        case Binding.Bound(var lease, var isFresh) -> {
          got = Optional.of(lease.address());
          fresh |= isFresh;
          var left = Duration.between(clock.instant(), lease.until());
          var gone = wanted.addresses().stream().filter(a -> !a.equals(lease.address())).toList();
          reply = reply.with(Dhcp6Options.IA_NA, wanted.granted(lease.address(), left, gone));
        }
      }
    }
    if (options.has(Dhcp6Options.RAPID_COMMIT)
        && one.asked().message().type() == MessageType6.SOLICIT) {
      reply = reply.with(Dhcp6Options.RAPID_COMMIT, new byte[0]);
    }
    return send(
        one, REPLY, others(reply, one.asked()), got.map(Subnet6::text).orElse(refusal), fresh);
  }

  private static Binding refused() {
    return new Binding.Refused("one address for one machine");
  }

  /// We know no temporary addresses and delegate no prefixes; a client is to hear so (§18.3).
  private static Dhcp6Options others(Dhcp6Options reply, Question6 asked) {
    var told = reply;
    for (var wanted : asked.message().options().all(Dhcp6Options.IA_TA)) {
      told = refuse(told, Dhcp6Options.IA_TA, wanted, 4, Status.NO_ADDRESS);
    }
    for (var wanted : asked.message().options().all(Dhcp6Options.IA_PD)) {
      told = refuse(told, Dhcp6Options.IA_PD, wanted, 12, Status.NO_PREFIX);
    }
    return told;
  }

  private static Dhcp6Options refuse(
      Dhcp6Options reply, int code, byte[] wanted, int head, Status status) {
    if (wanted.length < head) {
      return reply;
    }
    var status1 = Dhcp6Options.NONE.withStatus(status, "none here").octets();
    return reply.with(
        code,
        ByteBuffer.allocate(head + status1.length)
            .put(wanted, 0, 4)
            .position(head)
            .put(status1)
            .array());
  }

  /// §18.3.3: are these addresses of this link? Nothing else is asked.
  private Answer6 confirm(Case one) {
    var addresses =
        Association.of(one.asked().message().options()).stream()
            .flatMap(wanted -> wanted.addresses().stream())
            .toList();
    if (addresses.isEmpty()) {
      return silence(one.asked(), "it names no address", Dropped.NOT_A_REQUEST);
    }
    boolean here = addresses.stream().allMatch(one.network().subnet()::contains);
    var reply =
        head(one.asked())
            .withStatus(here ? Status.SUCCESS : Status.NOT_ON_LINK, here ? "" : "not of this link");
    return send(one, REPLY, reply, here ? "on this link" : "not of this link", false);
  }

  /// RELEASE and DECLINE, §18.3.7 and .8.
  private Answer6 giveBack(Case one, boolean declined) {
    var reply = head(one.asked()).withStatus(Status.SUCCESS, "");
    var text = new ArrayList<String>();
    for (var wanted : Association.of(one.asked().message().options())) {
      boolean known = false;
      for (var address : wanted.addresses()) {
        boolean own =
            declined ? leases.decline(one.who(), address) : leases.release(one.who(), address);
        known |= own;
        text.add(
            Subnet6.text(address)
                + (own
                    ? declined ? " is used by somebody else and set aside" : " released"
                    : " is not its own"));
      }
      if (!known) {
        reply = reply.with(Dhcp6Options.IA_NA, wanted.refused(Status.NO_BINDING, "not known here"));
      }
    }
    return new Answer6(
        Optional.of(wrap(one.asked(), REPLY, reply)),
        trace(one.asked(), String.join(", ", text), ""),
        List.of(),
        false);
  }

  /// Without an address: RFC 8415 §18.3.6.
  private Answer6 information(Question6 asked, Served6 network) {
    if (asked.message().type() != MessageType6.INFORMATION_REQUEST) {
      return silence(asked, "it does not say who it is", Dropped.NOT_A_REQUEST);
    }
    var offer = boots.offer(asked, network);
    int seconds = (int) Math.clamp(network.leaseTime().toSeconds(), 600, 86_400);
    var reply =
        head(asked).with(Dhcp6Options.REFRESH_TIME, ByteBuffer.allocate(4).putInt(seconds).array());
    reply = Boots6.add(told(reply, network), offer, asked);
    return new Answer6(
        Optional.of(wrap(asked, REPLY, reply)),
        trace(asked, "information" + after(offer), offer.rule()),
        offer.effects(),
        false);
  }

  private Answer6 send(
      Case one, MessageType6 type, Dhcp6Options reply, String outcome, boolean needsDisk) {
    var offer =
        type == REPLY && one.asked().message().type() == MessageType6.CONFIRM
            ? Offer6.NOT_ASKED
            : boots.offer(one.asked(), one.network());
    var full = Boots6.add(told(reply, one.network()), offer, one.asked());
    return new Answer6(
        Optional.of(wrap(one.asked(), type, full)),
        trace(one.asked(), type + " " + outcome + after(offer), offer.rule()),
        offer.effects(),
        needsDisk);
  }

  private static String after(Offer6 offer) {
    return offer.text().isEmpty() ? "" : ", " + offer.text();
  }

  private Dhcp6Options head(Question6 asked) {
    var options = Dhcp6Options.NONE.with(Dhcp6Options.SERVER_ID, self.octets());
    var client = asked.client();
    return client.isPresent()
        ? options.with(Dhcp6Options.CLIENT_ID, client.get().octets())
        : options;
  }

  /// RFC 3646.
  private static Dhcp6Options told(Dhcp6Options reply, Served6 network) {
    var told = reply;
    if (!network.dnsServers().isEmpty()) {
      var octets = ByteBuffer.allocate(Subnet6.OCTETS * network.dnsServers().size());
      network.dnsServers().forEach(server -> octets.put(server.getAddress()));
      told = told.with(Dhcp6Options.DNS, octets.array());
    }
    return network.domain().isPresent()
        ? told.with(Dhcp6Options.DOMAIN_LIST, labels(network.domain().get()))
        : told;
  }

  private static byte[] labels(String domain) {
    var out = new ByteArrayOutputStream();
    for (var label : domain.split("\\.")) {
      var octets = label.getBytes(StandardCharsets.US_ASCII);
      out.write(octets.length);
      out.writeBytes(octets);
    }
    out.write(0);
    return out.toByteArray();
  }

  /// Back through the same relays, RFC 8415 §19.3.
  private static Dhcp6Packet wrap(Question6 asked, MessageType6 type, Dhcp6Options options) {
    Dhcp6Packet packet = new Message(type, asked.message().transaction(), options);
    for (var relay : asked.relays().reversed()) {
      var around = Dhcp6Options.NONE;
      var port = relay.options().first(Dhcp6Options.INTERFACE_ID);
      if (port.isPresent()) {
        around = around.with(Dhcp6Options.INTERFACE_ID, port.get());
      }
      var octets = new byte[packet.encode().remaining()];
      packet.encode().get(octets);
      packet =
          new Relay(
              true,
              relay.hops(),
              relay.link(),
              relay.peer(),
              around.with(Dhcp6Options.RELAY_MESSAGE, octets));
    }
    return packet;
  }

  private static Answer6 silence(Question6 asked, String why, Dropped dropped) {
    return new Answer6(
        Optional.empty(),
        trace(asked, "no answer: " + why, ""),
        List.of(),
        false,
        Optional.of(dropped));
  }

  private static Optional<Trace> trace(Question6 asked, String outcome, String rule) {
    return Optional.of(
        new Trace(
            "dhcp6",
            asked.mac(),
            Optional.<InetAddress>of(asked.peer()),
            asked.summary() + " → " + outcome,
            rule));
  }
}
