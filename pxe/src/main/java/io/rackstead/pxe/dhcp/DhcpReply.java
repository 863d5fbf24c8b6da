package io.rackstead.pxe.dhcp;

import static io.rackstead.pxe.dhcp.DhcpMessage.NONE;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.time.Duration;

/// Builds replies and says where they go: RFC 2131 §4.1 and table 3.
final class DhcpReply {
  static final Inet4Address BROADCAST = Subnet.address(-1);
  private static final int[] ECHOED = {DhcpOptions.CLIENT_ID, DhcpOptions.RELAY_AGENT};

  private DhcpReply() {}

  /// A reply of this type without an address; yiaddr as given.
  static DhcpMessage to(
      DhcpMessage asked, MessageType type, Inet4Address yiaddr, Inet4Address server) {
    boolean nak = type == MessageType.NAK;
    var options =
        DhcpOptions.NONE
            .with(DhcpOptions.MESSAGE_TYPE, type.code())
            .with(DhcpOptions.SERVER_ID, server);
    for (int option : ECHOED) { // RFC 6842, RFC 3046 §2.2
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
    if (network.domain().isPresent()) {
      options = options.with(DhcpOptions.DOMAIN, network.domain().get());
    }
    return with(reply, options);
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
