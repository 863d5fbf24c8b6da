package io.rackstead.dns;

import io.rackstead.pxe.net.MalformedPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One packet in, at most one out: RFC 1034 §4.3.2 for what is ours, others are asked for the rest.
/// Touches no socket.
final class DnsResponder {
  private static final int CHAIN = 16;
  private static final Set<Integer> POINTING = Set.of(DnsType.MX, DnsType.SRV, DnsType.NS);

  private final Names names;

  DnsResponder(Names names) {
    this.names = names;
  }

  /// What becomes of a packet.
  sealed interface Outcome {
    record Silence() implements Outcome {}

    record Malformed(byte[] reply) implements Outcome {}

    record Answered(DnsReply reply) implements Outcome {}

    /// @param otherwise the answer when none of them has one
    record Ask(List<InetSocketAddress> servers, DnsReply otherwise) implements Outcome {}
  }

  Outcome answer(byte[] packet, InetAddress client) {
    if (DnsQuery.mute(packet)) {
      return new Outcome.Silence();
    }
    DnsQuery query;
    try {
      query = DnsQuery.decode(packet);
    } catch (MalformedPacket e) {
      return new Outcome.Malformed(DnsReply.malformed(packet));
    }
    var reply = new DnsReply(query);
    boolean forwards = names.mayForward(client);
    reply.recursive = forwards;
    if (query.opcode != 0) {
      return new Outcome.Answered(reply.code(DnsReply.NOTIMP));
    }
    if (query.edns.isPresent() && query.edns.get().version() > 0) {
      return new Outcome.Answered(reply.code(DnsReply.BADVERS));
    }
    if (query.dnsClass != 1 || query.type == DnsType.AXFR || query.type == DnsType.IXFR) {
      return new Outcome.Answered(reply.code(DnsReply.REFUSED));
    }
    var zones = names.zones();
    var zone = zones.above(query.name);
    if (zone.isPresent()) {
      reply.authoritative = true;
      lookUp(zones, zone.get(), reply);
      return new Outcome.Answered(reply);
    }
    if (!forwards || !query.recursion) {
      return new Outcome.Answered(reply.code(DnsReply.REFUSED));
    }
    var servers = names.upstream(query.name);
    return servers.isEmpty()
        ? new Outcome.Answered(reply.code(DnsReply.REFUSED))
        : new Outcome.Ask(servers, reply.code(DnsReply.SERVFAIL));
  }

  private static void lookUp(Zones zones, Zone first, DnsReply reply) {
    var query = reply.query;
    var zone = first;
    var name = query.name;
    var seen = new HashSet<String>();
    while (seen.add(name) && seen.size() <= CHAIN) {
      if (delegated(zone, name, reply, zones)) {
        return;
      }
      var asked = name;
      var all = zone.of(zone.owner(name)).stream().map(r -> r.as(asked)).toList();
      if (query.type == DnsType.ANY && !all.isEmpty()) {
        reply.answers.add(DnsRecord.minimal(name));
        return;
      }
      var fitting = all.stream().filter(r -> r.type() == query.type).toList();
      var alias = all.stream().filter(r -> r.type() == DnsType.CNAME).findFirst();
      if (!fitting.isEmpty() || alias.isEmpty()) {
        reply.answers.addAll(fitting);
        if (fitting.isEmpty()) {
          // RFC 2308 §2: the SOA says for how long there is nothing
          reply.authority.add(zone.soa());
          boolean there = zone.exists(name) || !all.isEmpty();
          reply.code(there ? DnsReply.NOERROR : DnsReply.NXDOMAIN);
        } else if (POINTING.contains(query.type)) {
          fitting.forEach(record -> glue(zones, record.target(), reply));
        }
        return;
      }
      reply.answers.add(alias.get());
      name = alias.get().target();
      var next = zones.above(name);
      if (next.isEmpty()) {
        return; // its own servers know it
      }
      zone = next.get();
    }
  }

  /// A part of the zone that other servers answer for: RFC 1034 §4.3.2, 3b.
  private static boolean delegated(Zone zone, String name, DnsReply reply, Zones zones) {
    for (var at = name; !at.equals(zone.origin()); at = Zones.parent(at)) {
      var servers = zone.of(at).stream().filter(r -> r.type() == DnsType.NS).toList();
      if (!servers.isEmpty()) {
        reply.authoritative = !reply.answers.isEmpty();
        reply.authority.addAll(servers);
        servers.forEach(server -> glue(zones, server.target(), reply));
        return true;
      }
    }
    return false;
  }

  private static void glue(Zones zones, String target, DnsReply reply) {
    zones
        .above(target)
        .ifPresent(zone ->
            zone.of(target).stream()
                .filter(r -> r.type() == DnsType.A || r.type() == DnsType.AAAA)
                .filter(r -> !reply.additional.contains(r))
                .forEach(reply.additional::add));
  }
}
