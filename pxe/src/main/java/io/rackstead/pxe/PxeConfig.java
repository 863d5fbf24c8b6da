package io.rackstead.pxe;

import io.rackstead.pxe.net.Subnet;
import java.net.Inet4Address;
import java.nio.file.Path;

/// Where the boot services listen and what they keep. A port of 0 picks a free one, [#OFF] switches
/// the service off.
///
/// @param bindAddress 0.0.0.0: DHCP on each served interface by itself, TFTP on each of our
///   addresses there, HTTP on all. Any other address: everything on that address only, so DHCP
///   hears relays and renewals but no broadcasts
/// @param leaseDirectory where the lease log lies; made when it does not exist
/// @param addressCheck ask the wire whether somebody sits on an address before it is given away
/// @param dhcp6Port where DHCPv6 listens, on each interface with an IPv6 network that is served
/// @param loaderDirectory where `undionly.kpxe`, `snponly.efi` and their like lie
public record PxeConfig(
    int dhcpPort,
    int proxyPort,
    int tftpPort,
    int httpPort,
    Inet4Address bindAddress,
    Path leaseDirectory,
    Path loaderDirectory,
    boolean addressCheck,
    int dhcp6Port) {
  public static final int OFF = -1;
  private static final int DHCP6 = 547;
  public static final PxeConfig DEFAULT =
      new PxeConfig(
          67,
          4011,
          69,
          5248,
          Subnet.address("0.0.0.0"),
          Path.of("data", "leases"),
          Path.of("/usr/lib/ipxe"));

  public PxeConfig(
      int dhcpPort,
      int proxyPort,
      int tftpPort,
      int httpPort,
      Inet4Address bindAddress,
      Path leaseDirectory,
      Path loaderDirectory) {
    this(
        dhcpPort,
        proxyPort,
        tftpPort,
        httpPort,
        bindAddress,
        leaseDirectory,
        loaderDirectory,
        true);
  }

  public PxeConfig(
      int dhcpPort,
      int proxyPort,
      int tftpPort,
      int httpPort,
      Inet4Address bindAddress,
      Path leaseDirectory,
      Path loaderDirectory,
      boolean addressCheck) {
    this(
        dhcpPort,
        proxyPort,
        tftpPort,
        httpPort,
        bindAddress,
        leaseDirectory,
        loaderDirectory,
        addressCheck,
        dhcpPort < 0 || !bindAddress.isAnyLocalAddress() ? OFF : DHCP6);
  }

  public PxeConfig {
    for (int port : new int[] {dhcpPort, proxyPort, tftpPort, httpPort, dhcp6Port}) {
      if (port > 65535) {
        throw new IllegalArgumentException(
            "a port is 1 to 65535, 0 for any free one, -1 for off; got " + port);
      }
    }
  }
}
