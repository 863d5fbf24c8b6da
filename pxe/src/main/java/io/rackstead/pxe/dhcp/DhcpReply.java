package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.DhcpMessage.NONE;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.OptionTemplate;
import io.rackstead.pxe.dhcp.DhcpMessage.VendorClass;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;

/// Builds replies and says where they go: RFC 2131 §4.1 and table 3.
final class DhcpReply {
  static final Inet4Address BROADCAST = Subnet.address(-1);
  private static final int[] ECHOED = {
    DhcpOptions.CLIENT_ID, DhcpOptions.RELAY_AGENT, DhcpOptions.SUBNET_SELECTION
  };
  // what a boot client reads to boot is not an operator's to replace
  private static final Set<Integer> FOR_BOOTING =
      Set.of(
          DhcpOptions.VENDOR,
          DhcpOptions.CLASS_ID,
          DhcpOptions.TFTP_SERVER,
          DhcpOptions.BOOT_FILE,
          DhcpOptions.USER_CLASS,
          DhcpOptions.IPXE);

  private DhcpReply() {}

  /// A reply of this type without an address; yiaddr as given.
  static DhcpMessage to(
      DhcpMessage asked, MessageType type, Inet4Address yiaddr, Inet4Address server) {
    boolean nak = type == MessageType.NAK;
    var options =
        DhcpOptions.NONE
            .with(DhcpOptions.MESSAGE_TYPE, type.code())
            .with(DhcpOptions.SERVER_ID, server);
    for (int option : ECHOED) { // RFC 6842, RFC 3046 §2.2, RFC 3011
      var value = asked.options().octets(option);
      if (value.isPresent()) {
        options = options.with(option, value.get());
      }
    }
    return new DhcpMessage(
        DhcpMessage.REPLY,
        0,
        asked.xid(),
        0,
        // the relay must not send a refusal to an address that the client is not to have
        asked.broadcast() || (nak && asked.relayed()),
        nak || type == MessageType.OFFER ? NONE : asked.ciaddr(),
        yiaddr,
        NONE,
        asked.giaddr(),
        asked.chaddr(),
        "",
        "",
        options);
  }

  /// The facts of the network, in each OFFER and ACK of a server.
  static DhcpMessage withNetwork(DhcpMessage reply, Served network) {
    var options = reply.options().with(DhcpOptions.MASK, network.subnet().mask());
    if (network.router().isPresent()) {
      options = options.with(DhcpOptions.ROUTER, network.router().get());
    }
    if (!network.dnsServers().isEmpty()) {
      options = options.with(DhcpOptions.DNS, network.dnsServers());
    }
    if (!network.timeServers().isEmpty()) {
      options = options.with(DhcpOptions.NTP, network.timeServers());
    }
    if (network.domain().isPresent()) {
      options = options.with(DhcpOptions.DOMAIN, network.domain().get());
    }
    return with(reply, options);
  }

  /// What the operator wants this client to have, as far as it asks for it (RFC 2132 §9.8); a
  /// client that lists nothing gets everything.
  static DhcpMessage withTemplate(DhcpMessage reply, DhcpMessage asked, Served network) {
    var template =
        network
            .templates()
            .of(asked.chaddr(), reply.yiaddr().equals(NONE) ? asked.ciaddr() : reply.yiaddr());
    if (template.values().isEmpty()) {
      return reply;
    }
    var options = reply.options();
    for (var extra : template.values().entrySet()) {
      int option = extra.getKey();
      boolean booting = asked.vendorClass() != VendorClass.OTHER && FOR_BOOTING.contains(option);
      if (!booting && (asks(asked, option) || options.has(option))) {
        var value = OptionTemplate.octets(extra.getValue());
        options =
            options.with(
                option,
                option == OptionTemplate.CLASSLESS_ROUTES ? withDefault(value, network) : value);
      }
    }
    return with(reply, options);
  }

  private static boolean asks(DhcpMessage asked, int option) {
    var list = asked.options().octets(DhcpOptions.PARAMETER_LIST);
    if (list.isEmpty()) {
      return true;
    }
    for (byte wanted : list.get()) {
      if ((wanted & 255) == option) {
        return true;
      }
    }
    return false;
  }

  /// RFC 3442: who reads these routes does not look at the router option, so that is among them.
  private static byte[] withDefault(byte[] routes, Served network) {
    for (int at = 0; at < routes.length; at += 1 + (routes[at] + 7) / 8 + 4) {
      if (routes[at] == 0) {
        return routes;
      }
    }
    return network
        .router()
        .map(router ->
            ByteBuffer.allocate(routes.length + 5)
                .put(routes)
                .put((byte) 0)
                .put(router.getAddress())
                .array())
        .orElse(routes);
  }

  /// The reply without as many extra options as it takes to fit, the last numbers first; empty when
  /// even what has to be in it does not, because the client or relay sent more than can go back.
  static Optional<DhcpMessage> fitting(DhcpMessage reply, Served network, int limit) {
    var fitted = reply;
    var extra = new ArrayList<>(network.templates().of(reply.chaddr(), NONE).values().keySet());
    while (!fits(fitted, limit)) {
      if (extra.isEmpty()) {
        return Optional.empty();
      }
      fitted = with(fitted, fitted.options().without(extra.removeLast()));
    }
    return Optional.of(fitted);
  }

  private static boolean fits(DhcpMessage reply, int limit) {
    try {
      return reply.encode(limit).remaining() <= Math.max(limit, 300);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static DhcpMessage withLease(DhcpMessage reply, Duration time) {
    return with(
        reply,
        reply
            .options()
            .with(DhcpOptions.LEASE_TIME, time)
            .with(DhcpOptions.RENEWAL_TIME, time.dividedBy(2))
            .with(DhcpOptions.REBINDING_TIME, time.multipliedBy(7).dividedBy(8)));
  }

  static DhcpMessage with(DhcpMessage reply, DhcpOptions options) {
    return new DhcpMessage(
        reply.op(),
        reply.hops(),
        reply.xid(),
        reply.secs(),
        reply.broadcast(),
        reply.ciaddr(),
        reply.yiaddr(),
        reply.siaddr(),
        reply.giaddr(),
        reply.chaddr(),
        reply.sname(),
        reply.file(),
        options);
  }

  static Inet4Address target(DhcpMessage reply) {
    if (reply.relayed()) {
      return reply.giaddr();
    }
    if (reply.hasAddress()) {
      return reply.ciaddr();
    }
    // RFC 2131 §4.1 wants this sent to yiaddr at the client's MAC. The client does not answer ARP
    // for yiaddr yet, and a UDP socket cannot name a MAC, so it goes to everyone on the segment.
    return BROADCAST;
  }
}
