package io.rackstead.network;

import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The addresses of the host that we run on, as the kernel has them at this moment.
public final class HostAddresses {
  private HostAddresses() {}

  public static Set<InetAddress> now() {
    try (var interfaces = NetworkInterface.networkInterfaces()) {
      return interfaces
          .flatMap(NetworkInterface::inetAddresses)
          .collect(Collectors.toUnmodifiableSet());
    } catch (SocketException e) {
      throw new UncheckedIOException("the addresses of this host cannot be read", e);
    }
  }

  /// Which of them the kernel would send from to that address; empty where no route leads there.
  public static Optional<InetAddress> towards(InetAddress there) {
    try (var socket = new DatagramSocket()) {
      socket.connect(there, 9); // sends nothing: a datagram socket only chooses its way
      var here = socket.getLocalAddress();
      return here.isAnyLocalAddress() ? Optional.empty() : Optional.of(here);
    } catch (SocketException | UncheckedIOException _) {
      return Optional.empty();
    }
  }
}
