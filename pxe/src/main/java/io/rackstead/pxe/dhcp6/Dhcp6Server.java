package io.rackstead.pxe.dhcp6;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.rackstead.pxe.BindFailure;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Served6;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.Tally;
import io.rackstead.pxe.dhcp.DhcpSocket;
import io.rackstead.pxe.dhcp.ForeignServers;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Leases6;
import io.rackstead.pxe.net.Subnet6;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds a DHCPv6 socket on each interface that is served, and follows the operator's edits. On
/// each it hears what is sent to all servers and relays of the link, and to all servers of the
/// site.
public final class Dhcp6Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dhcp6Server.class);
  // RFC 8415 §7.1
  private static final Inet6Address ALL_RELAYS_AND_SERVERS = Subnet6.address("ff02::1:2");
  private static final Inet6Address ALL_SERVERS = Subnet6.address("ff05::1:3");
  private static final Inet6Address ANY = Subnet6.address("::");

  private final Duid self;
  private final int port;
  private final Networks networks;
  private final Dhcp6Responder responder;
  private final Leases6 leases;
  private final BootJournal journal;
  private final Tally tally;
  private final EventLoopGroup loop = DhcpSocket.loop("dhcp6");
  private final Map<Listener, Channel> open = new HashMap<>();
  private final Map<String, String> failed = new TreeMap<>();
  private boolean closed;

  /// @param index the interface's number: one that went and came again has another
  private record Listener(String networkInterface, int index) {}

  private Dhcp6Server(
      int port,
      Networks networks,
      Dhcp6Responder responder,
      Leases6 leases,
      BootJournal journal,
      Duid self,
      Tally tally) {
    this.tally = tally;
    this.self = self;
    this.port = port;
    this.networks = networks;
    this.responder = responder;
    this.leases = leases;
    this.journal = journal;
  }

  /// Listens on nothing yet: [#refresh] does.
  ///
  /// @param self the identifier that clients know us by; it must stay the same
  public static Dhcp6Server start(
      int port,
      Booter booter,
      Networks networks,
      BootJournal journal,
      Leases6 leases,
      Loaders loaders,
      IntSupplier httpPort,
      Duid self,
      Tally tally,
      InstantSource clock) {
    var boots = new Boots6(booter, loaders, httpPort);
    var responder = new Dhcp6Responder(networks, boots, leases, self, clock);
    return new Dhcp6Server(port, networks, responder, leases, journal, self, tally);
  }

  /// Opens and closes sockets until they are those of [Networks#served6].
  public synchronized void refresh() {
    if (closed) {
      return;
    }
    var wanted =
        networks.served6().stream()
            .map(Served6::networkInterface)
            .distinct()
            .map(name -> new Listener(name, indexOf(name)))
            .collect(Collectors.toSet());
    for (var listener : Set.copyOf(open.keySet())) {
      if (!wanted.contains(listener)) {
        LOG.info("dhcp6 no longer listens on {}", describe(listener.networkInterface()));
        Optional.ofNullable(open.remove(listener)).ifPresent(Dhcp6Server::close);
      }
    }
    failed
        .keySet()
        .removeIf(name -> wanted.stream().noneMatch(one -> one.networkInterface().equals(name)));
    for (var listener : wanted) {
      if (!open.containsKey(listener)) {
        open(listener);
      }
    }
  }

  /// Asks each link whether somebody else answers there, beside what is served.
  public synchronized void probe(ForeignServers foreign) {
    var probe = new ForeignProbe6(foreign, self);
    for (var listener : open.keySet()) {
      Thread.ofVirtual()
          .name("dhcp6-probe")
          .start(() -> probe.ask(listener.networkInterface(), port));
    }
  }

  private void open(Listener listener) {
    var name = listener.networkInterface();
    var handler = new Dhcp6Handler(Optional.of(name), responder, leases, journal, tally);
    try {
      var channel = DhcpSocket.open6(loop, Optional.of(name), ANY, port, handler);
      try {
        join(channel, name);
      } catch (BindException e) {
        close(channel);
        throw e;
      }
      open.put(listener, channel);
      failed.remove(name);
      LOG.info("dhcp6 listens on {}", describe(name));
    } catch (BindException e) {
      var line = BindFailure.explain(describe(name), port, "pxe.dhcp6-port", e);
      if (!line.equals(failed.put(name, line))) {
        LOG.warn("{}", line);
      }
    }
  }

  private void join(Channel channel, String name) throws BindException {
    for (var group : new Inet6Address[] {ALL_RELAYS_AND_SERVERS, ALL_SERVERS}) {
      try {
        var found = NetworkInterface.getByName(name);
        if (found == null) {
          throw new BindException("there is no interface " + name);
        }
        var joined =
            ((DatagramChannel) channel).joinGroup(new InetSocketAddress(group, port), found);
        if (!joined.awaitUninterruptibly(2, TimeUnit.SECONDS) || !joined.isSuccess()) {
          throw new BindException("group " + Subnet6.text(group) + ": " + joined.cause());
        }
      } catch (SocketException e) {
        throw e instanceof BindException bind ? bind : new BindException(String.valueOf(e));
      }
    }
  }

  private static int indexOf(String name) {
    try {
      var found = NetworkInterface.getByName(name);
      return found == null ? 0 : found.getIndex();
    } catch (SocketException e) {
      LOG.debug("interface {}: {}", name, e.getMessage());
      return 0;
    }
  }

  private String describe(String name) {
    return "port " + port + "/udp on " + name;
  }

  public synchronized ServiceState state() {
    if (!failed.isEmpty()) {
      return new ServiceState("dhcp6", Status.FAILED, String.join("; ", failed.values()));
    }
    var where =
        open.keySet().stream()
            .map(Listener::networkInterface)
            .map(this::describe)
            .sorted()
            .collect(Collectors.joining(", "));
    return where.isEmpty()
        ? new ServiceState("dhcp6", Status.OFF, "no IPv6 network is served yet")
        : new ServiceState("dhcp6", Status.SERVING, where);
  }

  private static void close(Channel channel) {
    channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(Dhcp6Server::close);
    open.clear();
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
