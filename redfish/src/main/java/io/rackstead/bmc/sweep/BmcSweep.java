package io.rackstead.bmc.sweep;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.ipmi.RmcpPing;
import io.rackstead.bmc.redfish.ServiceRoot;
import io.rackstead.bmc.sweep.FoundBmc.Way;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks each address of a range for a BMC: by RMCP (IPMI), by Redfish's service root, by SSDP. No
/// account is shown to anybody. Bounded in rate, and it ends when it is told to.
public final class BmcSweep {
  private static final Logger LOG = LoggerFactory.getLogger(BmcSweep.class);

  /// Addresses begun in a second; each costs five datagrams and a TCP handshake per Redfish port.
  public static final int A_SECOND = 200;

  /// Firmware of BMCs is slow at TLS, and a whole rack must not feel it at once.
  private static final int DOORS_AT_A_TIME = 128;

  private static final Duration KNOCK = Duration.ofMillis(1500);
  private static final Duration LAST_ANSWERS = Duration.ofMillis(2500);

  private final SweepTarget target;
  private final Consumer<FoundBmc> found;
  private final IntConsumer asked;
  private final BooleanSupplier stopped;
  private final Map<InetAddress, FoundBmc> bmcs = new ConcurrentHashMap<>();
  private final Set<BmcAddress> tried = ConcurrentHashMap.newKeySet();
  private final Set<InetAddress> hinted = ConcurrentHashMap.newKeySet();
  private final Semaphore doors = new Semaphore(DOORS_AT_A_TIME);
  private final ReentrantLock telling = new ReentrantLock();

  /// @param found told of each BMC, and again when more is known of it; by one thread at a time
  /// @param asked told how many addresses have been asked
  /// @param stopped asked before each address
  public BmcSweep(
      SweepTarget target, Consumer<FoundBmc> found, IntConsumer asked, BooleanSupplier stopped) {
    this.target = target;
    this.found = found;
    this.asked = asked;
    this.stopped = stopped;
  }

  /// Returns when all have been asked and had time to answer, or soon after it was stopped.
  public void run() throws IOException, InterruptedException {
    var range = Set.copyOf(target.addresses());
    try (var rmcp = RmcpPing.open(this::heard);
        var ssdp = Ssdp.open(range, this::told);
        var knocking = Executors.newVirtualThreadPerTaskExecutor()) {
      ssdp.askAll(target.ssdpPort());
      round(rmcp, ssdp, knocking);
      Thread.sleep(stopped.getAsBoolean() ? 0 : LAST_ANSWERS.toMillis());
      again(rmcp);
      knocking.shutdown();
      // what hangs has its own limits: TCP, TLS and the answer
      while (!knocking.awaitTermination(1, TimeUnit.SECONDS)) {
        if (stopped.getAsBoolean()) {
          knocking.shutdownNow();
        }
      }
    }
  }

  private void round(RmcpPing rmcp, Ssdp ssdp, ExecutorService knocking)
      throws InterruptedException {
    int number = 0;
    for (var address : target.addresses()) {
      if (stopped.getAsBoolean()) {
        return;
      }
      rmcp.ask(new InetSocketAddress(address, target.ipmiPort()));
      ssdp.ask(new InetSocketAddress(address, target.ssdpPort()));
      for (int port : target.redfishPorts()) {
        doors.acquire();
        knocking.execute(() -> knock(address, port));
      }
      asked.accept(++number);
      Thread.sleep(1000 / A_SECOND);
    }
  }

  /// A datagram that was lost is no proof that nobody is there.
  private void again(RmcpPing rmcp) throws InterruptedException {
    for (var address : target.addresses()) {
      var known = bmcs.get(address);
      if (stopped.getAsBoolean()) {
        return;
      }
      if (known == null || !known.ways().contains(Way.RMCP)) {
        rmcp.ask(new InetSocketAddress(address, target.ipmiPort()));
        Thread.sleep(1000 / A_SECOND / 4);
      }
    }
    Thread.sleep(LAST_ANSWERS.toMillis());
  }

  private void knock(InetAddress address, int port) {
    try {
      var bmc = new BmcAddress("redfish+https", host(address), port);
      if (!stopped.getAsBoolean() && tried.add(bmc) && opens(address, port)) {
        ServiceRoot.ask(bmc)
            .ifPresent(root ->
                tell(
                    new FoundBmc(
                        address,
                        Set.of(Way.REDFISH),
                        Optional.of(bmc),
                        Optional.empty(),
                        root.product(),
                        root.uuid(),
                        "")));
      }
    } finally {
      doors.release();
    }
  }

  private static boolean opens(InetAddress address, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), (int) KNOCK.toMillis());
      return true;
    } catch (IOException e) {
      LOG.trace("nobody at {} port {}: {}", address, port, e.getMessage());
      return false;
    }
  }

  private void heard(RmcpPing.Heard heard) {
    var address = heard.from().getAddress();
    tell(
        new FoundBmc(
            address,
            Set.of(Way.RMCP),
            Optional.empty(),
            Optional.of(new BmcAddress("ipmi", host(address), heard.from().getPort())),
            "",
            "",
            heard.systemUuid()));
  }

  /// What SSDP says is a hint where to knock, no more: anybody may send it. What stands there has
  /// perhaps been found already, or is just being asked.
  private void told(InetAddress from, int port) {
    hinted.add(from);
    if (doors.tryAcquire()) {
      Thread.ofVirtual().name("ssdp-hint").start(() -> knock(from, port));
    }
    var known = bmcs.get(from);
    if (known != null && known.redfish().isPresent()) {
      tell(known);
    }
  }

  private void tell(FoundBmc news) {
    telling.lock();
    try {
      var before = bmcs.get(news.host());
      var said = hinted.contains(news.host()) ? news.by(Way.SSDP) : news;
      var now = before == null ? said : before.and(said);
      if (!now.equals(before)) {
        bmcs.put(news.host(), now);
        found.accept(now);
      }
    } finally {
      telling.unlock();
    }
  }

  private static String host(InetAddress address) {
    var text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text.replaceAll("%.*", "") + "]" : text;
  }
}
