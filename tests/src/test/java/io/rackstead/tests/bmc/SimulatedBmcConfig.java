package io.rackstead.tests.bmc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// What a simulated BMC is.
///
/// @param guid the sixteen bytes as they go over the wire
record SimulatedBmcConfig(
    InetSocketAddress bind,
    List<SimulatedUser> users,
    List<Suite> suites,
    byte[] guid,
    int sessionLimit) {
  static final UUID UUID_OF_SERVER = UUID.fromString("4c4c4544-0042-3510-8056-b9c04f4e5832");

  /// Loopback, a free port, admin/secret, both cipher suites, four sessions.
  static SimulatedBmcConfig usual() {
    return new SimulatedBmcConfig(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        List.of(
            new SimulatedUser("admin", "secret", SimulatedUser.ADMINISTRATOR),
            new SimulatedUser("oper", "secret3", SimulatedUser.OPERATOR),
            new SimulatedUser("sixteen", "0123456789abcdef", SimulatedUser.ADMINISTRATOR),
            new SimulatedUser("twenty", "0123456789abcdefghij", SimulatedUser.ADMINISTRATOR)),
        List.of(Suite.THREE, Suite.SEVENTEEN),
        smbios(UUID_OF_SERVER),
        4);
  }

  SimulatedBmcConfig at(InetSocketAddress address) {
    return new SimulatedBmcConfig(address, users, suites, guid, sessionLimit);
  }

  SimulatedBmcConfig withSuites(Suite... some) {
    return new SimulatedBmcConfig(bind, users, List.of(some), guid, sessionLimit);
  }

  SimulatedBmcConfig withSessionLimit(int limit) {
    return new SimulatedBmcConfig(bind, users, suites, guid, limit);
  }

  /// The bytes of a UUID as SMBIOS and most BMCs order them: the first three fields turned round.
  static byte[] smbios(UUID uuid) {
    var b = rfc4122(uuid);
    return new byte[] {
      b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
      b[15]
    };
  }

  /// The bytes as the text has them.
  static byte[] rfc4122(UUID uuid) {
    return HexFormat.of().parseHex(uuid.toString().replace("-", ""));
  }
}
