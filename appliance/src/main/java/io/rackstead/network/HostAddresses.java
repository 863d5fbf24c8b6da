package io.rackstead.network;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
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
}
