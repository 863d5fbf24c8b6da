package io.rackstead.pxe;

import io.rackstead.pxe.ServiceState.Status;
import io.rackstead.pxe.board.BoardPages;
import io.rackstead.pxe.capture.BootCaptures;
import io.rackstead.pxe.capture.Pcap;
import io.rackstead.pxe.dhcp.DhcpServer;
import io.rackstead.pxe.dhcp.Explainer;
import io.rackstead.pxe.dhcp.ForeignServers;
import io.rackstead.pxe.dhcp.LoadersSeen;
import io.rackstead.pxe.dhcp6.Dhcp6Server;
import io.rackstead.pxe.dhcp6.Explainer6;
import io.rackstead.pxe.dhcp6.ServerIdentity;
import io.rackstead.pxe.grub.GrubPages;
import io.rackstead.pxe.http.BootHttpServer;
import io.rackstead.pxe.http.BootPages;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.pxe.lease.Lease6;
import io.rackstead.pxe.lease.Lease6Log;
import io.rackstead.pxe.lease.LeaseLog;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.ndp.RouterAdvertisement;
import io.rackstead.pxe.ndp.RouterWord;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.tftp.TftpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All boot services. Each that can start does; one that cannot says in one line what to do about
/// it, in [#states], and the others run.
public final class PxeServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PxeServer.class);

  private static final int LOOK_AGAIN_SECONDS = 5;
  private static final int LOOKS_A_PROBE = 12;

  private final PxeConfig config;
  private final Networks networks;
  private final ScheduledExecutorService again =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("pxe-refresh").daemon().factory());
  private final List<ServiceState> fixed = new ArrayList<>();
  private final Optional<LeaseLog> leases;
  private final Optional<BootHttpServer> http;
  private final Optional<TftpServer> tftp;
  private final Optional<DhcpServer> dhcp;
  private final LoadersSeen seen;
  private final Tally tally = new Tally();
  private final BootCaptures captures = new BootCaptures();
  private final ForeignServers foreign;
  private final BootNotices notices;
  private final Explainer explainer;
  private final Optional<Lease6Log> leases6;
  private final Optional<Dhcp6Server> dhcp6;
  private final Optional<Explainer6> explainer6;
  private Optional<RouterWord> routerWord = Optional.empty();
  private boolean routerWordTried;
  private int looks;

  private PxeServer(
      PxeConfig config,
      Booter booter,
      Networks networks,
      BootJournal journal,
      InstantSource clock) {
    this.config = config;
    this.networks = networks;
    this.leases = openLeases(clock);
    this.seen = new LoadersSeen(clock);
    this.foreign = new ForeignServers(clock);
    this.notices = new BootNotices(networks, leases.map(Leases.class::cast), foreign, journal);
    var loaders = findLoaders();
    this.explainer =
        new Explainer(
            booter, networks, leases.map(Leases.class::cast), loaders, this::httpPort, clock);
    Clients clients =
        address ->
            address instanceof Inet6Address six
                ? holder6(six, clock)
                : address instanceof Inet4Address held
                    ? leases
                        .flatMap(log -> log.at(held))
                        .filter(lease -> lease.activeAt(clock.instant()))
                        .map(Lease::mac)
                    : Optional.empty();
    var grub = new GrubPages(booter, networks, journal, System::nanoTime);
    var boards =
        new BoardPages(booter, (name, _) -> loaders.open(name), clients, seen::board, journal);
    BootFiles files =
        (name, client) ->
            loaders
                .open(name)
                .or(() -> grub.open(name, client))
                .or(() -> boards.open(name, client))
                .or(() -> booter.open(name, client));
    this.http = startHttp(new BootPages(booter, files, clients, journal));
    this.tftp =
        config.tftpPort() < 0
            ? Optional.empty()
            : Optional.of(TftpServer.start(config.tftpPort(), files, clients, journal));
    this.dhcp =
        config.dhcpPort() < 0 && config.proxyPort() < 0
            ? Optional.empty()
            : Optional.of(
                DhcpServer.start(
                    config,
                    booter,
                    networks,
                    journal,
                    leases.map(Leases.class::cast),
                    loaders,
                    this::httpPort,
                    seen,
                    foreign,
                    tally,
                    captures,
                    clock));
    this.leases6 = config.dhcp6Port() < 0 ? Optional.empty() : openLeases6(clock);
    this.dhcp6 = leases6.flatMap(log -> startDhcp6(booter, journal, log, loaders, clock));
    this.explainer6 =
        leases6.map(log -> new Explainer6(booter, networks, log, loaders, this::httpPort, clock));
    refresh();
    again.scheduleWithFixedDelay(
        this::lookAgain, LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
  }

  /// Starts what can be started, and never throws for what cannot.
  public static PxeServer start(
      PxeConfig config, Booter booter, Networks networks, BootJournal journal) {
    return start(config, booter, networks, journal, InstantSource.system());
  }

  /// The same, with the clock that leases are measured by.
  public static PxeServer start(
      PxeConfig config,
      Booter booter,
      Networks networks,
      BootJournal journal,
      InstantSource clock) {
    return new PxeServer(config, booter, networks, journal, clock);
  }

  private Optional<MacAddress> holder6(Inet6Address address, InstantSource clock) {
    return leases6
        .flatMap(log -> log.at(address))
        .filter(lease -> lease.activeAt(clock.instant()))
        .flatMap(lease -> lease.client().mac());
  }

  private Optional<LeaseLog> openLeases(InstantSource clock) {
    var directory = config.leaseDirectory();
    try {
      var log = LeaseLog.open(directory, clock, System::nanoTime);
      fixed.add(new ServiceState("leases", Status.SERVING, directory.toString()));
      return Optional.of(log);
    } catch (IOException e) {
      fail(
          "leases",
          "no address is given out, because the lease log in "
              + directory
              + " cannot be used: "
              + e.getMessage()
              + ": make it a writable directory, or set pxe.leaseDirectory");
      return Optional.empty();
    }
  }

  private Optional<Lease6Log> openLeases6(InstantSource clock) {
    try {
      return Optional.of(Lease6Log.open(config.leaseDirectory(), clock));
    } catch (IOException e) {
      fail(
          "dhcp6",
          "no IPv6 address is given out, because the lease log in "
              + config.leaseDirectory()
              + " cannot be used: "
              + e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Dhcp6Server> startDhcp6(
      Booter booter, BootJournal journal, Lease6Log log, Loaders loaders, InstantSource clock) {
    try {
      return Optional.of(
          Dhcp6Server.start(
              config.dhcp6Port(),
              booter,
              networks,
              journal,
              log,
              loaders,
              this::httpPort,
              ServerIdentity.in(config.leaseDirectory()),
              tally,
              clock));
    } catch (IOException e) {
      fail("dhcp6", "it has no identifier of its own: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void routerHeard(RouterAdvertisement one, Inet6Address from, String networkInterface) {
    var here =
        networks.served6().stream()
            .filter(network -> network.networkInterface().equals(networkInterface))
            .toList();
    one.objection(here).ifPresent(why -> foreign.router(from, networkInterface, why));
  }

  private Loaders findLoaders() {
    var directory = config.loaderDirectory();
    try {
      var loaders = Loaders.in(directory);
      if (loaders.complete()) {
        fixed.add(new ServiceState("loaders", Status.SERVING, loaders.describe()));
      } else {
        fail("loaders", loaders.describe());
      }
      return loaders;
    } catch (IOException e) {
      fail("loaders", directory + " cannot be read: " + e.getMessage());
      return Loaders.none(directory);
    }
  }

  private Optional<BootHttpServer> startHttp(BootPages pages) {
    if (config.httpPort() < 0) {
      fixed.add(new ServiceState("http", Status.OFF, "switched off"));
      return Optional.empty();
    }
    var where = "port " + config.httpPort() + "/tcp";
    try {
      var server = BootHttpServer.start(pages, config.bindAddress(), config.httpPort());
      fixed.add(
          new ServiceState("http", Status.SERVING, "port " + server.address().getPort() + "/tcp"));
      return Optional.of(server);
    } catch (BindException e) {
      fail("http", BindFailure.explain(where, config.httpPort(), "pxe.http-port", e));
      return Optional.empty();
    }
  }

  /// Once, when the first network is served.
  private void tellLoaders() {
    if (routerWordTried) {
      return;
    }
    routerWordTried = true;
    try {
      routerWord = Optional.of(RouterWord.start(seen::recently, this::routerHeard));
    } catch (IOException e) {
      // a boot takes 20 seconds longer; nothing that an operator has to act on
      LOG.info("loaders may wait for an IPv6 router: {}", e.getMessage());
    }
  }

  private void fail(String name, String line) {
    LOG.warn("{}: {}", name, line);
    fixed.add(new ServiceState(name, Status.FAILED, line));
  }

  private void lookAgain() {
    try {
      refresh();
      notices.tell();
      if (++looks % LOOKS_A_PROBE == 1) {
        dhcp.ifPresent(DhcpServer::probe);
        dhcp6.ifPresent(six -> six.probe(foreign));
      }
    } catch (RuntimeException e) {
      // an exception here would end the looking
      LOG.error("boot services: the networks cannot be followed", e);
    }
  }

  /// Follows an edit of the networks at once. Without it an edit, an interface that appears later
  /// or a port that becomes free is noticed within seconds.
  public synchronized void refresh() {
    dhcp.ifPresent(DhcpServer::refresh);
    dhcp6.ifPresent(Dhcp6Server::refresh);
    Set<InetAddress> addresses =
        config.bindAddress().isAnyLocalAddress()
            ? Stream.<InetAddress>concat(
                    networks.served().stream().map(Networks.Served::serverAddress),
                    networks.served6().stream().map(Served6::serverAddress))
                .collect(Collectors.toSet())
            : Set.of(config.bindAddress());
    tftp.ifPresent(server -> server.listenOn(addresses));
    var interfaces =
        networks.served().stream()
            .map(Networks.Served::networkInterface)
            .collect(Collectors.toCollection(HashSet::new));
    networks.served6().stream().map(Served6::networkInterface).forEach(interfaces::add);
    if (dhcp.isPresent() && config.bindAddress().isAnyLocalAddress() && !interfaces.isEmpty()) {
      tellLoaders();
      routerWord.ifPresent(word -> word.listenOn(interfaces, networks.served6()));
    }
  }

  /// How each service fares at this moment.
  public List<ServiceState> states() {
    var states = new ArrayList<>(fixed);
    states.addAll(
        dhcp.map(DhcpServer::states)
            .orElse(
                List.of(
                    new ServiceState("dhcp", Status.OFF, "switched off"),
                    new ServiceState("proxydhcp", Status.OFF, "switched off"))));
    dhcp6.map(Dhcp6Server::state).ifPresent(states::add);
    states.add(
        tftp.map(TftpServer::state).orElse(new ServiceState("tftp", Status.OFF, "switched off")));
    return List.copyOf(states);
  }

  /// What such a client would get now, and why; nothing changes by asking.
  public Explanation explain(Explanation.Question question) {
    return explainer.explain(question);
  }

  /// The same by IPv6.
  ///
  /// @param link an address of the relay on the client's link
  public Explanation explain6(Explanation.Question question, Optional<Inet6Address> link) {
    return explainer6
        .map(six -> six.explain(question, link))
        .orElseGet(
            () -> new Explanation("none", "DHCPv6 does not serve", "", List.of(), List.of()));
  }

  /// The last boot of an adapter's machine, as a file for packet tools.
  public Optional<byte[]> capture(MacAddress mac) {
    return captures.pcap(mac);
  }

  /// What those who ask in such a file would get now.
  ///
  /// @throws io.rackstead.pxe.net.MalformedPacket when it is no such file
  public List<Explanation> replay(byte[] pcap, Optional<String> networkInterface) {
    return explainer.replay(Pcap.read(pcap), networkInterface);
  }

  /// What was answered and what was not since the start.
  public Tally tally() {
    return tally;
  }

  /// What an operator should act upon: a network without free addresses, a server that is not ours.
  public List<String> notices() {
    return notices.now();
  }

  /// Every address that was given out or promised, in the order of addresses.
  public List<Lease> leases() {
    return leases.map(Leases::list).orElse(List.of());
  }

  /// The same of IPv6.
  public List<Lease6> leases6() {
    return leases6.map(Lease6Log::list).orElse(List.of());
  }

  /// The addresses of one adapter.
  public List<Lease> leases(MacAddress mac) {
    return leases.map(all -> all.of(mac)).orElse(List.of());
  }

  /// The port of the boot HTTP service; the one of the configuration while it does not serve.
  public int httpPort() {
    return http.map(server -> server.address().getPort()).orElse(config.httpPort());
  }

  @Override
  public void close() {
    again.shutdownNow();
    routerWord.ifPresent(RouterWord::close);
    dhcp6.ifPresent(Dhcp6Server::close);
    dhcp.ifPresent(DhcpServer::close);
    tftp.ifPresent(TftpServer::close);
    http.ifPresent(BootHttpServer::close);
    try {
      if (leases6.isPresent()) {
        leases6.get().close();
      }
      if (leases.isPresent()) {
        leases.get().close();
      }
    } catch (IOException e) {
      LOG.error("lease log: not closed cleanly: {}", e.toString());
    }
  }
}
