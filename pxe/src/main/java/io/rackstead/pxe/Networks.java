package io.rackstead.pxe;

import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The networks that DHCP may speak on. Asked again for each packet, so a changed range or
/// reservation is obeyed by the next one.
public interface Networks {
  List<Served> served();

  /// The same of IPv6.
  default List<Served6> served6() {
    return List.of();
  }

  /// How we speak on an interface: not at all unless the operator said so.
  enum Mode {
    SERVER,
    PROXY
  }

  /// @param networkInterface the interface that the subnet lies on, `prov0`
  /// @param serverAddress our own address there: server identifier, TFTP and HTTP server
  /// @param templates what clients are told beyond all that
  record Served(
      String networkInterface,
      Subnet subnet,
      Mode mode,
      Inet4Address serverAddress,
      List<AddressRange> ranges,
      Map<MacAddress, Inet4Address> reservations,
      Optional<Inet4Address> router,
      List<Inet4Address> dnsServers,
      List<Inet4Address> timeServers,
      Optional<String> domain,
      Duration leaseTime,
      OptionTemplates templates) {
    public Served {
      ranges = List.copyOf(ranges);
      reservations = Map.copyOf(reservations);
      dnsServers = List.copyOf(dnsServers);
      timeServers = List.copyOf(timeServers);
    }

    /// One where nothing is said of the time, and nothing beyond.
    public Served(
        String networkInterface,
        Subnet subnet,
        Mode mode,
        Inet4Address serverAddress,
        List<AddressRange> ranges,
        Map<MacAddress, Inet4Address> reservations,
        Optional<Inet4Address> router,
        List<Inet4Address> dnsServers,
        Optional<String> domain,
        Duration leaseTime) {
      this(
          networkInterface,
          subnet,
          mode,
          serverAddress,
          ranges,
          reservations,
          router,
          dnsServers,
          List.of(),
          domain,
          leaseTime,
          OptionTemplates.NONE);
    }
  }
}
