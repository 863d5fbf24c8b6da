package io.rackstead.bmc.sweep;

import io.rackstead.bmc.BmcAddress;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What answered at an address, and what it said of itself before anybody logged in.
///
/// @param product as its Redfish service root words it; empty where it does not
/// @param serviceUuid of the Redfish service (DSP0266), which some products make the server's own
/// @param systemUuid the server's own by IPMI's Get System GUID, in the likeliest of its readings
public record FoundBmc(
    InetAddress host,
    Set<Way> ways,
    Optional<BmcAddress> redfish,
    Optional<BmcAddress> ipmi,
    String product,
    String serviceUuid,
    String systemUuid) {
  /// How it was found.
  public enum Way {
    REDFISH,
    RMCP,
    SSDP
  }

  public FoundBmc {
    ways = Set.copyOf(ways);
  }

  /// The one that tells most.
  public BmcAddress best() {
    return redfish.or(this::ipmi).orElseThrow();
  }

  FoundBmc by(Way another) {
    return and(new FoundBmc(host, Set.of(another), Optional.empty(), Optional.empty(), "", "", ""));
  }

  FoundBmc and(FoundBmc more) {
    var all = EnumSet.copyOf(ways);
    all.addAll(more.ways);
    return new FoundBmc(
        host,
        all,
        redfish.or(more::redfish),
        ipmi.or(more::ipmi),
        product.isEmpty() ? more.product : product,
        serviceUuid.isEmpty() ? more.serviceUuid : serviceUuid,
        systemUuid.isEmpty() ? more.systemUuid : systemUuid);
  }
}
