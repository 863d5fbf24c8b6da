package io.rackstead.dns;

import java.net.InetAddress;
import java.util.Optional;

/// Where the DNS server listens.
///
/// @param port 53; 0 picks a free one, -1 switches it off
/// @param address empty: each of our addresses in a managed subnet
public record DnsConfig(int port, Optional<InetAddress> address) {
  public static final int OFF = -1;
  public static final DnsConfig DEFAULT = new DnsConfig(53, Optional.empty());

  public DnsConfig {
    if (port < OFF || port > 65535) {
      throw new IllegalArgumentException(
          "a port is 1 to 65535, 0 for any free one, -1 for off; got " + port);
    }
  }
}
