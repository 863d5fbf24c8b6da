package io.rackstead.pxe.ndp;

import io.rackstead.pxe.Served6;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What we say as one that hosts ask for routers. Where an operator wants it: "I am no router, ask
/// DHCPv6", with the prefix of the link, now and then and to whoever asks. Elsewhere only to our
/// own loader: that there is nothing to get from IPv6 here.
///
/// The latter because iPXE configures IPv6 beside DHCP and goes on only when both have come to an
/// end. On a network without an IPv6 router that costs each boot some 20 seconds of unanswered
/// solicitations. Where there is a router, its own advertisement comes too, and is the one with
/// something in it.
public final class RouterWord implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouterWord.class);
  private static final int STOP_MILLIS = 3000;
  // RFC 4861 §6.2.4 and §10: three soon after the start, then at leisure
  private static final int FIRST = 3;
  private static final long SOON_NANOS = 16_000_000_000L;
  private static final long LATER_NANOS = 200_000_000_000L;

  private final IcmpSocket socket;
  private final Predicate<MacAddress> loaderRuns;
  private final Heard heard;
  private final LongSupplier nanos;
  private final Set<Integer> joined = new HashSet<>();
  private final Map<Integer, Link> links = new ConcurrentHashMap<>();
  private final Map<Integer, Said> said = new HashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /// Told of each advertisement that is not ours.
  @FunctionalInterface
  public interface Heard {
    void advertisement(RouterAdvertisement one, Inet6Address from, String networkInterface);
  }

  private record Link(String name, List<Served6> advertised) {}

  private record Said(int count, long at) {}

  private RouterWord(
      IcmpSocket socket, Predicate<MacAddress> loaderRuns, Heard heard, LongSupplier nanos) {
    this.socket = socket;
    this.loaderRuns = loaderRuns;
    this.heard = heard;
    this.nanos = nanos;
    this.thread = Thread.ofPlatform().name("router-word").daemon().unstarted(this::serve);
  }

  /// Starts to listen, on no interface yet.
  ///
  /// @param loaderRuns whether this client's loader has asked for its script a moment ago
  /// @throws IOException without the right to a raw socket, or without IPv6 in the kernel
  public static RouterWord start(Predicate<MacAddress> loaderRuns, Heard heard) throws IOException {
    var answering = new RouterWord(new IcmpSocket(), loaderRuns, heard, System::nanoTime);
    answering.thread.start();
    return answering;
  }

  /// Listens on these interfaces, and advertises those networks that are to be.
  public synchronized void listenOn(Set<String> interfaces, List<Served6> networks) {
    var names = new HashSet<>(interfaces);
    networks.stream().map(Served6::networkInterface).forEach(names::add);
    var now = new HashMap<Integer, Link>();
    for (var name : names) {
      try {
        var found = NetworkInterface.getByName(name);
        if (found != null) {
          if (joined.add(found.getIndex())) {
            socket.join(found.getIndex());
          }
          var advertised =
              networks.stream()
                  .filter(one -> one.advertised() && one.networkInterface().equals(name))
                  .toList();
          now.put(found.getIndex(), new Link(name, advertised));
        }
      } catch (IOException e) {
        LOG.debug("routers on {}: {}", name, e.getMessage());
      }
    }
    links.keySet().retainAll(now.keySet());
    links.putAll(now);
  }

  private void serve() {
    while (!closed) {
      try {
        hear();
        links.forEach(this::sayNowAndThen);
      } catch (IOException e) {
        LOG.warn("nothing is said of routers any more: {}", e.getMessage());
        return;
      }
    }
  }

  private void hear() throws IOException {
    var packet = socket.receive();
    if (!packet.hasRemaining()) {
      return;
    }
    int from = socket.scope();
    var link = links.get(from);
    var advertisement = RouterAdvertisement.read(packet.duplicate());
    if (advertisement.isPresent()) {
      if (link != null && !ours(socket.sender(), link.name())) {
        heard.advertisement(advertisement.get(), socket.sender(), link.name());
      }
      return;
    }
    var asks = RouterSolicitation.sender(packet.duplicate());
    if (link != null && !link.advertised().isEmpty() && RouterSolicitation.is(packet)) {
      socket.reply(RouterAdvertisement.of(link.advertised()));
    } else if (asks.isPresent() && loaderRuns.test(asks.get())) {
      socket.reply(RouterSolicitation.nothingHere());
    }
  }

  private static boolean ours(Inet6Address address, String name) throws SocketException {
    var found = NetworkInterface.getByName(name);
    return found != null && found.inetAddresses().anyMatch(address::equals);
  }

  private void sayNowAndThen(int index, Link link) {
    if (link.advertised().isEmpty()) {
      said.remove(index);
      return;
    }
    var last = said.getOrDefault(index, new Said(0, 0));
    long wait = last.count() == 0 ? 0 : last.count() < FIRST ? SOON_NANOS : LATER_NANOS;
    long now = nanos.getAsLong();
    if (last.count() > 0 && now - last.at() < wait) {
      return;
    }
    said.put(index, new Said(last.count() + 1, now));
    try {
      socket.toAll(RouterAdvertisement.of(link.advertised()), index);
    } catch (IOException e) {
      LOG.debug("not advertised on {}: {}", link.name(), e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(STOP_MILLIS);
      if (!thread.isAlive()) {
        socket.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("raw socket not closed: {}", e.getMessage());
    }
  }
}
