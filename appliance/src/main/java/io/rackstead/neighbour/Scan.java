package io.rackstead.neighbour;

import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import java.io.IOException;
import java.math.BigInteger;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks every address of a subnet that we are on: an empty datagram to the discard port (RFC 863)
/// makes the kernel ask by ARP who has it, and the answers are in its table. That needs no right,
/// and a host that drops all datagrams answers ARP all the same. One scan runs at a time.
public final class Scan {
  private static final Logger LOG = LoggerFactory.getLogger(Scan.class);
  private static final int DISCARD = 9;

  /// The kernel holds about a thousand unanswered questions at a time, and each for three seconds.
  private static final int A_SECOND = 200;

  private static final int BETWEEN_LOOKS = 100;
  private static final int AFTERWARDS_MS = 1500;

  /// A /20.
  public static final int MOST = 4096;

  private final Runnable look;
  private final Supplier<Set<InetAddress>> own;
  private final AtomicBoolean running = new AtomicBoolean();

  /// @param look reads the kernel's table
  /// @param own the addresses of this host
  public Scan(Runnable look, Supplier<Set<InetAddress>> own) {
    this.look = look;
    this.own = own;
  }

  /// Why a subnet cannot be scanned; empty when it can.
  public Optional<String> objection(Prefix subnet) {
    if (!subnet.v4()) {
      return Optional.of(
          subnet + " has more addresses than can be asked: IPv6 hosts are seen when they speak");
    }
    if (size(subnet) > MOST) {
      return Optional.of(subnet + " is larger than the /20 that a scan may ask");
    }
    return own.get().stream().anyMatch(subnet::contains)
        ? Optional.empty()
        : Optional.of("this appliance has no address in " + subnet);
  }

  private static int size(Prefix subnet) {
    return subnet.last().subtract(subnet.first()).bitLength() > 16
        ? Integer.MAX_VALUE
        : subnet.last().subtract(subnet.first()).intValue() + 1;
  }

  /// Begins, and goes on in the background; false when a scan runs already.
  public boolean start(List<Prefix> subnets) {
    if (!running.compareAndSet(false, true)) {
      return false;
    }
    var _ =
        Thread.ofVirtual()
            .name("neighbour-scan")
            .start(() -> {
              try {
                probe(subnets);
              } finally {
                running.set(false);
              }
            });
    return true;
  }

  void probe(List<Prefix> subnets) {
    int asked = 0;
    int unsent = 0;
    try (var socket = new DatagramSocket()) {
      for (var address : addresses(subnets)) {
        try {
          socket.send(new DatagramPacket(new byte[0], 0, address, DISCARD));
        } catch (IOException e) {
          unsent++;
          LOG.debug("scan of {}: {}", address, e.getMessage());
        }
        Thread.sleep(1000 / A_SECOND);
        if (++asked % BETWEEN_LOOKS == 0) {
          look.run();
        }
      }
      Thread.sleep(AFTERWARDS_MS);
    } catch (IOException e) {
      LOG.warn("scan of {}: {}", subnets, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    look.run();
    LOG.info("scan of {}: {} addresses asked, {} could not be", subnets, asked, unsent);
  }

  /// All that a host can have there, but ours.
  List<InetAddress> addresses(List<Prefix> subnets) {
    var ours = own.get();
    var all = new ArrayList<InetAddress>();
    for (var subnet : subnets) {
      // RFC 3021: a /31 has no broadcast address
      var edge = subnet.length() >= 31 ? BigInteger.ZERO : BigInteger.ONE;
      for (var n = subnet.first().add(edge);
          n.compareTo(subnet.last().subtract(edge)) <= 0;
          n = n.add(BigInteger.ONE)) {
        var address = Ip.of(n, subnet.bits());
        if (!ours.contains(address)) {
          all.add(address);
        }
      }
    }
    return all;
  }
}
