package io.rackstead.bmc.sweep;

import java.net.InetAddress;
import java.util.List;

/// Who is asked, and at which doors. Nobody else is.
///
/// @param redfishPorts all of them by TLS
public record SweepTarget(
    List<InetAddress> addresses, List<Integer> redfishPorts, int ipmiPort, int ssdpPort) {
  public static final int IPMI = 623;
  public static final int REDFISH = 443;
  public static final int SSDP = 1900;
  private static final int MOST_PORTS = 4;

  public SweepTarget {
    addresses = List.copyOf(addresses);
    redfishPorts = List.copyOf(redfishPorts);
    if (redfishPorts.size() > MOST_PORTS) {
      throw new IllegalArgumentException(
          "at most %d Redfish ports are tried at each address, got %d"
              .formatted(MOST_PORTS, redfishPorts.size()));
    }
    redfishPorts.forEach(SweepTarget::check);
    check(ipmiPort);
    check(ssdpPort);
  }

  private static void check(int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is 1 to 65535, got " + port);
    }
  }
}
