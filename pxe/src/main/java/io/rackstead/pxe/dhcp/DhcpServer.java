package io.rackstead.pxe.dhcp;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.rackstead.pxe.BindFailure;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Networks.Mode;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.PxeConfig;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.Tally;
import io.rackstead.pxe.capture.BootCaptures;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds a socket on each interface that is served, one for DHCP and one for the proxy's port, and
/// follows the operator's edits: an interface that is served from now on is heard within seconds.
public final class DhcpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DhcpServer.class);
  private static final String ANY = "";

  private final PxeConfig config;
  private final Networks networks;
  private final DhcpResponder responder;
  private final Optional<Leases> leases;
  private final BootJournal journal;
  private final EventLoopGroup loop = DhcpSocket.loop();
  private final Unicast unicast = new Unicast();
  private final Optional<ForeignProbe> probe;
  private final Watch watch;
  private final Optional<Conflicts> conflicts;
  private final Optional<Committer> committer;
  private Optional<ArpSocket> arp = Optional.empty();
  private boolean arpTried;
  private final Map<Listener, Channel> open = new HashMap<>();
  private final Map<Listener, String> failed = new TreeMap<>();
  private boolean closed;

  /// @param index the interface's number: one that went and came again has another, and a socket
  ///   that was bound to the old one would hear nothing for ever
  private record Listener(String networkInterface, int index, boolean proxyPort)
      implements Comparable<Listener> {
    @Override
    public int compareTo(Listener other) {
      return Comparator.comparing(Listener::networkInterface)
          .thenComparing(Listener::index)
          .thenComparing(Listener::proxyPort)
          .compare(this, other);
    }
  }

  private DhcpServer(
      PxeConfig config,
      Networks networks,
      DhcpResponder responder,
      Optional<Leases> leases,
      BootJournal journal,
      Optional<ForeignServers> foreign,
      Watch watch) {
    this.watch = watch;
    this.config = config;
    this.networks = networks;
    this.responder = responder;
    this.leases = leases;
    this.journal = journal;
    this.probe = foreign.map(found -> new ForeignProbe(found, loop));
    this.committer = leases.map(Committer::new);
    this.conflicts =
        leases
            .filter(_ -> config.addressCheck())
            .map(table -> new Conflicts(table, journal, System::nanoTime));
  }

  /// Starts to listen; what cannot be opened shows in [#states] and is tried again.
  ///
  /// @param httpPort the port that boot URLs name
  public static DhcpServer start(
      PxeConfig config,
      Booter booter,
      Networks networks,
      BootJournal journal,
      Optional<Leases> leases,
      Loaders loaders,
      IntSupplier httpPort,
      LoadersSeen seen,
      ForeignServers foreign,
      Tally tally,
      BootCaptures captures,
      InstantSource clock) {
    var boots = new BootOffers(booter, loaders, httpPort, seen);
    return start(
        config,
        networks,
        new DhcpResponder(
            networks,
            boots,
            leases,
            clock,
            DhcpPorts.STANDARD,
            new Admission(System::nanoTime),
            foreign),
        leases,
        journal,
        Optional.of(foreign),
        new Watch(tally, new Recorder(captures, clock)));
  }

  static DhcpServer start(
      PxeConfig config,
      Networks networks,
      DhcpResponder responder,
      Optional<Leases> leases,
      BootJournal journal) {
    return start(
        config,
        networks,
        responder,
        leases,
        journal,
        Optional.empty(),
        new Watch(new Tally(), new Recorder(new BootCaptures(), InstantSource.system())));
  }

  private static DhcpServer start(
      PxeConfig config,
      Networks networks,
      DhcpResponder responder,
      Optional<Leases> leases,
      BootJournal journal,
      Optional<ForeignServers> foreign,
      Watch watch) {
    var server = new DhcpServer(config, networks, responder, leases, journal, foreign, watch);
    server.refresh();
    return server;
  }

  /// Opens and closes sockets until they are those of [Networks#served]. Called after each edit,
  /// and every few seconds.
  public synchronized void refresh() {
    if (closed) {
      return;
    }
    var wanted = wanted();
    for (var listener : Set.copyOf(open.keySet())) {
      if (!wanted.contains(listener)) {
        LOG.info("dhcp no longer listens on {}", describe(listener));
        Optional.ofNullable(open.remove(listener)).ifPresent(DhcpServer::close);
      }
    }
    failed.keySet().retainAll(wanted);
    for (var listener : wanted) {
      if (!open.containsKey(listener)) {
        open(listener);
      }
    }
  }

  private Set<Listener> wanted() {
    var names = new HashSet<String>();
    for (var network : networks.served()) {
      names.add(listensEverywhere() ? ANY : network.networkInterface());
    }
    var wanted = new HashSet<Listener>();
    for (var name : names) {
      int index = name.equals(ANY) ? 0 : indexOf(name);
      if (config.dhcpPort() >= 0) {
        wanted.add(new Listener(name, index, false));
      }
      if (config.proxyPort() >= 0) {
        wanted.add(new Listener(name, index, true));
      }
    }
    return wanted;
  }

  private boolean listensEverywhere() {
    return !config.bindAddress().isAnyLocalAddress() || !DhcpSocket.perInterface();
  }

  private void open(Listener listener) {
    var device = Optional.of(listener.networkInterface()).filter(name -> !name.equals(ANY));
    int port = listener.proxyPort() ? config.proxyPort() : config.dhcpPort();
    var handler =
        new DhcpHandler(
            device,
            listener.proxyPort(),
            responder,
            leases,
            journal,
            unicast,
            conflicts,
            committer,
            watch);
    if (device.isPresent()) {
      unicast.open();
      conflicts.ifPresent(this::askByArp);
    }
    try {
      open.put(listener, DhcpSocket.open(loop, device, config.bindAddress(), port, handler));
      failed.remove(listener);
      LOG.info("dhcp listens on {}", describe(listener));
      if (device.isEmpty() && !DhcpSocket.perInterface()) {
        LOG.warn("dhcp cannot tell interfaces apart here: only one network is answered safely");
      }
    } catch (BindException e) {
      var setting = listener.proxyPort() ? "pxe.proxy-port" : "pxe.dhcp-port";
      var line = BindFailure.explain(describe(listener), port, setting, e);
      if (!line.equals(failed.put(listener, line))) {
        LOG.warn("{}", line);
      }
    }
  }

  /// Once, when the first network is served.
  private void askByArp(Conflicts watch) {
    if (arpTried) {
      return;
    }
    arpTried = true;
    try {
      var socket = new ArpSocket(watch::heard);
      arp = Optional.of(socket);
      watch.by(socket);
      loop.scheduleWithFixedDelay(() -> lookAhead(watch), 0, 1, TimeUnit.SECONDS);
    } catch (IOException e) {
      LOG.info(
          "dhcp gives addresses away unchecked: {}: grant CAP_NET_RAW, or set pxe.address-check",
          e.getMessage());
    }
  }

  private void lookAhead(Conflicts watch) {
    try {
      watch.lookAhead(networks.served());
    } catch (RuntimeException e) {
      LOG.error("addresses cannot be checked ahead", e); // an exception here would end the looking
    }
  }

  private String describe(Listener listener) {
    int port = listener.proxyPort() ? config.proxyPort() : config.dhcpPort();
    var where =
        listener.networkInterface().equals(ANY)
            ? config.bindAddress().getHostAddress()
            : listener.networkInterface();
    return "port " + port + "/udp on " + where;
  }

  /// Asks each wire on which we are the server whether there is another. Called once a minute.
  public synchronized void probe() {
    if (closed || probe.isEmpty() || listensEverywhere() || config.dhcpPort() != 67) {
      return;
    }
    var serving = networks.served();
    var ours = serving.stream().map(Served::serverAddress).collect(Collectors.toSet());
    serving.stream()
        .filter(network -> network.mode() == Mode.SERVER)
        .map(Served::networkInterface)
        .distinct()
        .forEach(name ->
            macOf(name)
                .ifPresent(mac ->
                    probe
                        .get()
                        .ask(
                            Optional.of(name),
                            ForeignProbe.addressFor(mac),
                            ours,
                            ForeignProbe.Ports.STANDARD)));
  }

  private static Optional<MacAddress> macOf(String name) {
    try {
      return Optional.ofNullable(NetworkInterface.getByName(name))
          .flatMap(DhcpServer::hardware)
          .filter(octets -> octets.length == 6)
          .map(MacAddress::of);
    } catch (SocketException e) {
      LOG.debug("interface {}: {}", name, e.getMessage());
      return Optional.empty();
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

  private static Optional<byte[]> hardware(NetworkInterface of) {
    try {
      return Optional.ofNullable(of.getHardwareAddress());
    } catch (SocketException e) {
      return Optional.empty(); // it has just gone
    }
  }

  /// How DHCP and the proxy's port fare.
  public synchronized List<ServiceState> states() {
    return List.of(
        state("dhcp", false, config.dhcpPort()), state("proxydhcp", true, config.proxyPort()));
  }

  private ServiceState state(String name, boolean proxyPort, int port) {
    if (port < 0) {
      return new ServiceState(name, Status.OFF, "switched off");
    }
    var failures = new ArrayList<String>();
    failed.forEach((listener, line) -> {
      if (listener.proxyPort() == proxyPort) {
        failures.add(line);
      }
    });
    if (!failures.isEmpty()) {
      return new ServiceState(name, Status.FAILED, String.join("; ", failures));
    }
    var served =
        open.keySet().stream()
            .filter(listener -> listener.proxyPort() == proxyPort)
            .map(this::describe)
            .sorted()
            .collect(Collectors.joining(", "));
    return served.isEmpty()
        ? new ServiceState(name, Status.OFF, "no network is served yet")
        : new ServiceState(name, Status.SERVING, served);
  }

  /// Where the sockets are bound, the proxy's or the others: tests let the system choose ports.
  synchronized List<InetSocketAddress> addresses(boolean proxyPort) {
    return open.entrySet().stream()
        .filter(entry -> entry.getKey().proxyPort() == proxyPort)
        .map(entry -> (InetSocketAddress) entry.getValue().localAddress())
        .toList();
  }

  private static void close(Channel channel) {
    channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.values().forEach(DhcpServer::close);
    open.clear();
    committer.ifPresent(Committer::close);
    unicast.close();
    arp.ifPresent(ArpSocket::close);
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
