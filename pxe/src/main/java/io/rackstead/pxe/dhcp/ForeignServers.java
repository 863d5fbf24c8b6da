package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Other DHCP servers that showed themselves: a client took their offer, or they answered our
/// probe. Beside a server of the operator's own (proxy) they are expected; on a network that we
/// serve they give machines addresses and boot files that nobody decided on.
public final class ForeignServers {
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final int MOST = 1024;

  private final InstantSource clock;
  private final Map<Key, Seen> seen = new ConcurrentHashMap<>();
  private final Set<MacAddress> probes = ConcurrentHashMap.newKeySet();

  private record Key(InetAddress server, String where) {}

  /// @param where the interface or network that it is on
  /// @param sign how it showed itself
  public record Seen(
      InetAddress server,
      String what,
      String where,
      String sign,
      boolean expected,
      Instant first,
      Instant last) {
    /// One sentence for the operator.
    public String text() {
      return "another "
          + what
          + ", "
          + (server instanceof Inet6Address six ? Subnet6.text(six) : server.getHostAddress())
          + ", answers on "
          + where
          + ": "
          + sign
          + "; switch it off"
          + (server instanceof Inet6Address ? "" : ", or serve that network as proxy");
    }
  }

  public ForeignServers(InstantSource clock) {
    this.clock = clock;
  }

  /// A probe of ours goes out under this address; our own server leaves it alone.
  void probing(MacAddress probe) {
    probes.add(probe);
  }

  boolean ourProbe(MacAddress mac) {
    return probes.contains(mac);
  }

  /// A client of this network took that server's offer.
  void chosen(Inet4Address server, Served network, MacAddress client) {
    note(
        server,
        network.networkInterface(),
        client + " took its offer",
        network.mode() == Mode.PROXY);
  }

  /// A server's message came our way.
  void heard(DhcpMessage reply, Optional<String> networkInterface) {
    if (reply.op() == DhcpMessage.REPLY && reply.type().isPresent()) {
      reply
          .options()
          .address(DhcpOptions.SERVER_ID)
          .ifPresent(server ->
              note(server, networkInterface.orElse("the wire"), "it sent an answer", false));
    }
  }

  /// The answer to a probe on an interface.
  void answered(DhcpMessage reply, String networkInterface, Set<Inet4Address> ours) {
    var server = reply.options().address(DhcpOptions.SERVER_ID);
    if (server.isEmpty() || ours.contains(server.get())) {
      return;
    }
    var offered =
        reply.yiaddr().equals(DhcpMessage.NONE)
            ? "it tells boot clients what to boot"
            : "it offered " + reply.yiaddr().getHostAddress();
    note(server.get(), networkInterface, offered + " to a probe", false);
  }

  /// A router's word that should not be on this link.
  public void router(Inet6Address from, String networkInterface, String sign) {
    note(from, "IPv6 router", networkInterface, sign, false);
  }

  /// A server of DHCPv6 that is not ours.
  public void server6(Inet6Address from, String networkInterface, String sign) {
    note(from, "DHCPv6 server", networkInterface, sign, false);
  }

  private void note(Inet4Address server, String where, String sign, boolean expected) {
    note(server, "DHCP server", where, sign, expected);
  }

  private void note(InetAddress server, String what, String where, String sign, boolean expected) {
    var now = clock.instant();
    forget(now);
    if (seen.size() < MOST || seen.containsKey(new Key(server, where))) {
      seen.merge(
          new Key(server, where),
          new Seen(server, what, where, sign, expected, now, now),
          (old, fresh) ->
              new Seen(server, what, where, sign, old.expected() && expected, old.first(), now));
    }
  }

  private void forget(Instant now) {
    seen.values().removeIf(one -> one.last().plus(REMEMBERED).isBefore(now));
  }

  /// Those that should not be there, seen within the last minutes.
  public List<Seen> rogues() {
    forget(clock.instant());
    var all = new ArrayList<>(seen.values());
    all.removeIf(Seen::expected);
    all.sort(Comparator.comparing(Seen::first).thenComparing(Seen::text));
    return List.copyOf(all);
  }
}
