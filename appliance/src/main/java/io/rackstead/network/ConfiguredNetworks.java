package io.rackstead.network;

import io.rackstead.pxe.Networks;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The networks of the configuration, with our own address on each as the interface has it now.
public final class ConfiguredNetworks implements Networks {
  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredNetworks.class);
  private static final Duration LEASE = Duration.ofHours(1);
  private static final long KEPT_NANOS = 5_000_000_000L;

  private final List<NetworkSpec> specs;
  private final BooleanSupplier silent;
  private volatile Kept kept = new Kept(List.of(), Long.MIN_VALUE);

  private record Kept(List<Served> served, long nanos) {}

  /// @param silent DHCP gives nothing away while it is so
  public ConfiguredNetworks(List<NetworkSpec> specs, BooleanSupplier silent) {
    this.specs = List.copyOf(specs);
    this.silent = silent;
  }

  /// Interfaces come and go, so they are looked at again every few seconds, not for every packet.
  @Override
  public List<Served> served() {
    var now = kept;
    long nanos = System.nanoTime();
    if (now.nanos() == Long.MIN_VALUE || nanos - now.nanos() > KEPT_NANOS) {
      now = new Kept(look(), nanos);
      kept = now;
    }
    return now.served();
  }

  private List<Served> look() {
    return silent.getAsBoolean()
        ? List.of()
        : specs.stream().flatMap(spec -> served(spec).stream()).toList();
  }

  /// Our address as the client reaches us: on the network that it is in, else on the first.
  public Optional<Inet4Address> serverFor(Optional<InetAddress> client) {
    var served = served();
    return client
        .filter(Inet4Address.class::isInstance)
        .map(Inet4Address.class::cast)
        .flatMap(address -> served.stream().filter(s -> s.subnet().contains(address)).findFirst())
        .or(() -> served.stream().findFirst())
        .map(Served::serverAddress);
  }

  private static Optional<Served> served(NetworkSpec spec) {
    return address(spec.networkInterface(), spec.subnet())
        .map(address ->
            new Served(
                spec.networkInterface(),
                spec.subnet(),
                spec.mode(),
                address,
                spec.ranges(),
                spec.reservations(),
                spec.router(),
                spec.dns(),
                spec.domain(),
                LEASE));
  }

  private static Optional<Inet4Address> address(String name, Subnet subnet) {
    try {
      var found = NetworkInterface.getByName(name);
      return found == null
          ? Optional.empty()
          : found
              .inetAddresses()
              .filter(Inet4Address.class::isInstance)
              .map(Inet4Address.class::cast)
              .filter(subnet::contains)
              .findFirst();
    } catch (SocketException e) {
      LOG.warn("interface {} cannot be read: {}", name, e.getMessage());
      return Optional.empty();
    }
  }
}
