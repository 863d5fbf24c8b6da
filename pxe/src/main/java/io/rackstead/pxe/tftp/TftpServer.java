package io.rackstead.pxe.tftp;

import io.rackstead.pxe.BindFailure;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.Clients;
import io.rackstead.pxe.ServiceState;
import io.rackstead.pxe.ServiceState.Status;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.mina.core.session.IoSessionRecycler;
import org.apache.mina.transport.socket.nio.NioDatagramAcceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TFTP on Apache MINA, with three threads however many clients there are: one hears requests on
/// the well-known port, one carries all transfers, one keeps the time.
///
/// A datagram on a wildcard socket does not say which of our addresses it was sent to, and a client
/// drops an answer from another one; so each address has a socket of its own. RFC 1350 §4 wants a
/// port per transfer; what identifies a transfer is the pair of both ends' ports, so a few random
/// ports of ours, shared by all clients, do as well as thousands.
public final class TftpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TftpServer.class);
  private static final int TRANSFER_PORTS = 8;
  private static final int TICK_MILLIS = 100;
  private static final int READ_BUFFER = 2048;
  private static final int LONGER_HEADER = 20; // of IPv6 than of IPv4

  private final int port;
  private final TftpEngine engine;
  private final NioDatagramAcceptor requests = new NioDatagramAcceptor();
  private final NioDatagramAcceptor transfers = new NioDatagramAcceptor();
  private final Map<InetAddress, List<InetSocketAddress>> transferPorts = new ConcurrentHashMap<>();
  private final Map<InetAddress, Integer> largestBlock = new ConcurrentHashMap<>();
  private final Map<InetAddress, InetSocketAddress> open = new HashMap<>();
  private final Map<String, String> failed = new TreeMap<>();
  private final ScheduledExecutorService clock =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("tftp-clock").daemon().factory());

  private TftpServer(int port, TftpEngine engine) {
    this.port = port;
    this.engine = engine;
    requests.setSessionRecycler(IoSessionRecycler.NOOP);
    requests.getSessionConfig().setReadBufferSize(READ_BUFFER);
    requests.setHandler(new TftpSessions.Requests(engine, this::wire));
    transfers.setSessionRecycler(new TftpSessions.ByClient());
    transfers.getSessionConfig().setReadBufferSize(READ_BUFFER);
    transfers.getSessionConfig().setSendBufferSize(1 << 20);
    transfers.setHandler(new TftpSessions.Transfers(engine));
    clock.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Serves on no address yet: [#listenOn] says where. Port 0 lets the system choose one.
  public static TftpServer start(int port, BootFiles files, Clients clients, BootJournal journal) {
    return new TftpServer(port, new TftpEngine(files, clients, journal, System::nanoTime));
  }

  /// Listens on just these addresses from now on; what cannot be bound shows in [#state].
  public synchronized void listenOn(Set<? extends InetAddress> addresses) {
    if (clock.isShutdown()) {
      return;
    }
    for (var address : Set.copyOf(open.keySet())) {
      if (!addresses.contains(address)) {
        close(address);
      }
    }
    failed.keySet().removeIf(known -> addresses.stream().noneMatch(a -> known.equals(text(a))));
    for (var address : addresses) {
      if (!open.containsKey(address)) {
        open(address);
      }
    }
  }

  private void open(InetAddress address) {
    try {
      transferPorts.put(address, openTransferPorts(address));
      largestBlock.put(address, largestBlock(address));
      open.put(address, bind(requests, new InetSocketAddress(address, port)));
      failed.remove(text(address));
      LOG.info("tftp listens on {}", describe(address));
    } catch (IOException e) {
      closeTransferPorts(address);
      var line = BindFailure.explain(describe(address), port, "pxe.tftp-port", e);
      if (!line.equals(failed.put(text(address), line))) {
        LOG.warn("{}", line);
      }
    }
  }

  /// A network of large frames carries large blocks to whoever asks for them.
  private static int largestBlock(InetAddress address) throws SocketException {
    var found = NetworkInterface.getByInetAddress(address);
    return found == null || found.isLoopback()
        ? TransferTerms.ETHERNET_BLOCK
        : TransferTerms.blockFor(
            found.getMTU() - (address instanceof Inet6Address ? LONGER_HEADER : 0));
  }

  private List<InetSocketAddress> openTransferPorts(InetAddress address) throws IOException {
    var ports = new ArrayList<InetSocketAddress>();
    for (int i = 0; i < TRANSFER_PORTS; i++) {
      ports.add(bind(transfers, new InetSocketAddress(address, 0)));
    }
    return List.copyOf(ports);
  }

  private static InetSocketAddress bind(NioDatagramAcceptor acceptor, InetSocketAddress address)
      throws IOException {
    var before = acceptor.getLocalAddresses();
    acceptor.bind(address);
    for (SocketAddress bound : acceptor.getLocalAddresses()) {
      if (!before.contains(bound)) {
        return (InetSocketAddress) bound;
      }
    }
    throw new IOException("no socket was bound for " + address);
  }

  private void close(InetAddress address) {
    var bound = open.remove(address);
    if (bound != null) {
      requests.unbind(bound);
      closeTransferPorts(address);
    }
  }

  private void closeTransferPorts(InetAddress address) {
    var ports = transferPorts.remove(address);
    if (ports != null) {
      transfers.unbind(ports);
    }
  }

  private TftpEngine.Wire wire(InetSocketAddress here, InetSocketAddress client) {
    var ports = transferPorts.getOrDefault(here.getAddress(), List.of());
    if (ports.isEmpty()) {
      throw new IllegalStateException("no transfer ports on " + here.getAddress());
    }
    var port = ports.get(ThreadLocalRandom.current().nextInt(ports.size()));
    return new TftpSessions.SessionWire(
        transfers.newSession(client, port),
        largestBlock.getOrDefault(here.getAddress(), TransferTerms.ETHERNET_BLOCK));
  }

  private void tick() {
    try {
      engine.tick();
    } catch (RuntimeException e) {
      // an exception here would end the clock, and with it every retransmission
      LOG.error("tftp clock", e);
    }
  }

  private static String text(InetAddress address) {
    return address.getHostAddress();
  }

  private String describe(InetAddress address) {
    return "port " + port + "/udp on " + address.getHostAddress();
  }

  public synchronized List<InetSocketAddress> addresses() {
    return List.copyOf(open.values());
  }

  public synchronized ServiceState state() {
    if (!failed.isEmpty()) {
      return new ServiceState("tftp", Status.FAILED, String.join("; ", failed.values()));
    }
    if (open.isEmpty()) {
      return new ServiceState("tftp", Status.OFF, "no network is served yet");
    }
    var where =
        open.values().stream()
            .map(at -> "port " + at.getPort() + "/udp on " + at.getAddress().getHostAddress())
            .sorted()
            .toList();
    return new ServiceState("tftp", Status.SERVING, String.join(", ", where));
  }

  @Override
  public synchronized void close() {
    clock.shutdownNow();
    engine.close();
    requests.dispose(false);
    transfers.dispose(false);
  }
}
