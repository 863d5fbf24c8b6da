package io.rackstead.pxe.dhcp6;

import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.Explanation.Question;
import io.rackstead.pxe.Explanation.Stage;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Message;
import io.rackstead.pxe.dhcp6.Dhcp6Packet.Relay;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Leases6;
import io.rackstead.pxe.net.PrintableText;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntSupplier;

/// Answers a question of IPv6 that nobody asked: the SOLICIT that such a client sends goes through
/// a responder like the one that serves. A SOLICIT changes nothing there.
public final class Explainer6 {
  private static final Duid SELF = Duid.of(new UUID(0, 0));
  private static final Inet6Address UNKNOWN = Subnet6.address("fe80::");

  private final Networks networks;
  private final Dhcp6Responder responder;

  public Explainer6(
      Booter booter,
      Networks networks,
      Leases6 leases,
      Loaders loaders,
      IntSupplier httpPort,
      InstantSource clock) {
    this.networks = networks;
    this.responder =
        new Dhcp6Responder(networks, new Boots6(booter, loaders, httpPort), leases, SELF, clock);
  }

  /// @param link an address of the relay on the client's link
  public Explanation explain(Question question, Optional<Inet6Address> link) {
    var packet = packet(question, link);
    var asked = Question6.of(packet, UNKNOWN);
    var arrival = new Arrival6(question.networkInterface().or(this::onlyInterface), UNKNOWN);
    var choice = Network6.of(asked, arrival, networks.served6());
    var answer = responder.answer(asked, arrival);
    return new Explanation(
        choice.network().map(served -> served.subnet() + ", ").orElse("none: ") + choice.why(),
        answer.trace().map(Trace::text).orElse("no answer"),
        answer.trace().map(Trace::rule).orElse(""),
        answer.effects().stream().map(BootEffect::toString).toList(),
        answer.reply().map(Explainer6::fields).orElse(List.of()));
  }

  private Optional<String> onlyInterface() {
    var names = networks.served6().stream().map(Served6::networkInterface).distinct().toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  private static Dhcp6Packet packet(Question question, Optional<Inet6Address> link) {
    int code = Math.max(0, question.arch().code());
    var mac = question.mac().octets();
    var duid =
        question
            .systemUuid()
            .map(uuid -> Duid.of(uuid).octets())
            .orElseGet(() ->
                ByteBuffer.allocate(10).putShort((short) 3).putShort((short) 1).put(mac).array());
    var options =
        Dhcp6Options.NONE.with(Dhcp6Options.CLIENT_ID, duid).with(Dhcp6Options.IA_NA, new byte[12]);
    if (question.stage() != Stage.SYSTEM) {
      var kind = question.arch().http() ? "HTTPClient" : "PXEClient";
      options =
          options
              .with(Dhcp6Options.CLIENT_ARCH, ByteBuffer.allocate(2).putShort((short) code).array())
              .with(
                  Dhcp6Options.VENDOR_CLASS,
                  Boots6.vendorClass("%s:Arch:%05d:UNDI:003016".formatted(kind, code)));
    }
    if (question.stage() == Stage.LOADER || question.stage() == Stage.SCRIPT) {
      options = options.with(Dhcp6Options.USER_CLASS, "\0\4iPXE");
    }
    var message = new Message(MessageType6.SOLICIT, 0, options).encode();
    var octets = new byte[message.remaining()];
    message.get(octets);
    // as a relay would carry it: it names the adapter (RFC 6939)
    var named =
        Dhcp6Options.NONE
            .with(
                Dhcp6Options.LINK_LAYER,
                ByteBuffer.allocate(8).putShort((short) 1).put(mac).array())
            .with(Dhcp6Options.RELAY_MESSAGE, octets);
    return new Relay(false, 0, link.orElse(Subnet6.address("::")), UNKNOWN, named);
  }

  private static List<String> fields(Dhcp6Packet reply) {
    var fields = new ArrayList<String>();
    var message = reply instanceof Relay relay ? relay.inside() : reply;
    for (var association : Association.of(message.options())) {
      association.addresses().forEach(address -> fields.add("address " + Subnet6.text(address)));
    }
    for (var option : message.options().list()) {
      fields.add("option " + option.code() + " " + shown(option.value()));
    }
    return List.copyOf(fields);
  }

  private static String shown(byte[] value) {
    var text = new String(value, StandardCharsets.ISO_8859_1);
    boolean words = value.length > 2 && text.chars().allMatch(c -> c >= ' ' && c < 127);
    return words ? PrintableText.of(text) : "0x" + HexFormat.of().formatHex(value);
  }
}
