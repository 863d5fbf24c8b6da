package io.rackstead.pxe.ndp;

import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells our loader, and nobody else, that there is nothing to get from IPv6 here.
///
/// iPXE configures IPv6 beside DHCP and goes on only when both have come to an end. On a network
/// without an IPv6 router that costs each boot some 20 seconds of unanswered solicitations. An
/// advertisement that advertises nothing ends it at once. Where there is a router, its own
/// advertisement comes too, and is the one with something in it.
public final class NoRouter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NoRouter.class);
  private static final int STOP_MILLIS = 3000;

  private final IcmpSocket socket;
  private final Predicate<MacAddress> loaderRuns;
  private final Set<Integer> joined = new HashSet<>();
  private final Thread thread;
  private volatile boolean closed;

  private NoRouter(IcmpSocket socket, Predicate<MacAddress> loaderRuns) {
    this.socket = socket;
    this.loaderRuns = loaderRuns;
    this.thread = Thread.ofPlatform().name("no-router").daemon().unstarted(this::serve);
  }

  /// Starts to listen, on no interface yet.
  ///
  /// @param loaderRuns whether this client's loader has asked for its script a moment ago
  /// @throws IOException without the right to a raw socket, or without IPv6 in the kernel
  public static NoRouter start(Predicate<MacAddress> loaderRuns) throws IOException {
    var answering = new NoRouter(new IcmpSocket(), loaderRuns);
    answering.thread.start();
    return answering;
  }

  /// Listens on these interfaces, too.
  public synchronized void listenOn(Set<String> interfaces) {
    for (var name : interfaces) {
      try {
        var found = NetworkInterface.getByName(name);
        if (found != null && joined.add(found.getIndex())) {
          socket.join(found.getIndex());
        }
      } catch (IOException e) {
        LOG.debug("no router on {}: not told: {}", name, e.getMessage());
      }
    }
  }

  private void serve() {
    while (!closed) {
      try {
        var sender = RouterSolicitation.sender(socket.receive());
        if (sender.isPresent() && loaderRuns.test(sender.get())) {
          socket.reply(RouterSolicitation.nothingHere());
        }
      } catch (IOException e) {
        LOG.warn("loaders will wait for an IPv6 router: {}", e.getMessage());
        return;
      }
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
