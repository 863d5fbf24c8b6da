package io.rackstead.pxe.ndp;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// RFC 4861 §4.2: what a router says of itself and of the link.
///
/// @param lifetime seconds that it is a router for; 0 for one that is none
/// @param managed addresses come from DHCPv6
/// @param prefixes those that are on the link, or that addresses may be made of
public record RouterAdvertisement(int lifetime, boolean managed, List<Subnet6> prefixes) {
  private static final int TYPE = 134;
  private static final int HEAD = 16;
  private static final int PREFIX = 3;
  private static final int RESOLVERS = 25;
  private static final int MANAGED_AND_OTHER = 0x80 | 0x40;
  private static final int ON_LINK = 0x80;
  private static final int VALID = 86_400;
  private static final int PREFERRED = 14_400;

  public RouterAdvertisement {
    prefixes = List.copyOf(prefixes);
  }

  /// Empty when this is none, or not as the RFC has it.
  static Optional<RouterAdvertisement> read(ByteBuffer icmp) {
    if (icmp.remaining() < HEAD || (icmp.get(icmp.position()) & 255) != TYPE) {
      return Optional.empty();
    }
    int flags = icmp.get(icmp.position() + 5) & 255;
    int lifetime = icmp.getShort(icmp.position() + 6) & 0xffff;
    icmp.position(icmp.position() + HEAD);
    var prefixes = new ArrayList<Subnet6>();
    while (icmp.remaining() >= 8) {
      int type = icmp.get(icmp.position()) & 255;
      int octets = (icmp.get(icmp.position() + 1) & 255) * 8;
      if (octets == 0 || octets > icmp.remaining()) {
        return Optional.empty();
      }
      if (type == PREFIX && octets == 32) {
        prefix(icmp.slice(icmp.position(), octets)).ifPresent(prefixes::add);
      }
      icmp.position(icmp.position() + octets);
    }
    return Optional.of(new RouterAdvertisement(lifetime, (flags & 0x80) != 0, prefixes));
  }

  private static Optional<Subnet6> prefix(ByteBuffer option) {
    var octets = new byte[Subnet6.OCTETS];
    option.get(16, octets);
    try {
      return Optional.of(new Subnet6(Subnet6.address(octets), option.get(2) & 255));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // of a length that no machine is provisioned on
    }
  }

  /// Ours: no router, ask DHCPv6 for addresses and the rest, these prefixes are on the link, and
  /// there names are looked up (RFC 8106). The kernel adds the checksum.
  static byte[] of(List<Served6> networks) {
    var resolvers = networks.stream().flatMap(one -> one.dnsServers().stream()).distinct().toList();
    int names = resolvers.isEmpty() ? 0 : 8 + Subnet6.OCTETS * resolvers.size();
    var out = ByteBuffer.allocate(HEAD + 32 * networks.size() + names);
    out.put((byte) TYPE).put((byte) 0).putShort((short) 0).put((byte) 64);
    out.put((byte) MANAGED_AND_OTHER).putShort((short) 0).putInt(0).putInt(0);
    for (var network : networks) {
      out.put((byte) PREFIX).put((byte) 4).put((byte) network.subnet().prefixLength());
      out.put((byte) ON_LINK).putInt(VALID).putInt(PREFERRED).putInt(0);
      out.put(network.subnet().network().getAddress());
    }
    if (!resolvers.isEmpty()) {
      out.put((byte) RESOLVERS).put((byte) (names / 8)).putShort((short) 0).putInt(VALID);
      for (Inet6Address resolver : resolvers) {
        out.put(resolver.getAddress());
      }
    }
    return out.array();
  }

  /// Why this one should not be on a link where these networks are; empty when it may.
  public Optional<String> objection(List<Served6> here) {
    var strange =
        prefixes.stream()
            .filter(prefix -> here.stream().noneMatch(one -> one.subnet().equals(prefix)))
            .findFirst();
    return here.isEmpty() || strange.isEmpty()
        ? Optional.empty()
        : Optional.of("it advertises " + strange.get() + ", which is no network of this link");
  }
}
