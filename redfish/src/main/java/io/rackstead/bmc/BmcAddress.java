package io.rackstead.bmc;

import java.util.regex.Pattern;

/// Where a BMC is and what it speaks, written as `ipmi://10.0.9.7` or
/// `redfish+https://10.0.9.7:8443`. Where several systems stand behind one Redfish service, the one
/// that is meant follows: `redfish+https://10.0.9.7/Blade3`, by its id, UUID or whole path. On a
/// host of virtual servers it is one of those: `qemu+ssh://10.0.9.7/UUID`, by its UUID or name.
///
/// @param system empty where there is one only
public record BmcAddress(String scheme, String host, int port, String system) {
  private static final String SSH = "ssh";
  private static final Pattern TEXT =
      Pattern.compile(
          "([a-z][a-z0-9+]*)://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?"
              + "(?:/([A-Za-z0-9._:~%/-]{0,256}))?");

  public BmcAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is 1 to 65535, got " + port);
    }
    if (!system.isEmpty() && !scheme.startsWith("redfish") && !scheme.startsWith("qemu")) {
      throw new IllegalArgumentException(
          "%s has one system behind each address, got %s as well".formatted(scheme, system));
    }
  }

  public BmcAddress(String scheme, String host, int port) {
    this(scheme, host, port, "");
  }

  /// An SSH server, for its key: nothing is switched by it, so nobody can write it down.
  public static BmcAddress ssh(String host, int port) {
    return new BmcAddress(SSH, host, port);
  }

  public static BmcAddress parse(String text) {
    var matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a BMC address is written as ipmi://10.0.9.7 or redfish+https://10.0.9.7, got " + text);
    }
    var scheme = matcher.group(1).equals("redfish") ? "redfish+https" : matcher.group(1);
    if (scheme.equals(SSH)) {
      throw unknown(scheme);
    }
    var port = matcher.group(3);
    var system = matcher.group(4);
    return new BmcAddress(
        scheme,
        matcher.group(2),
        port == null ? defaultPort(scheme) : Integer.parseInt(port),
        system == null ? "" : system.replaceAll("/+$", ""));
  }

  /// As [#ssh] made it.
  public boolean isSsh() {
    return scheme.equals(SSH);
  }

  /// The same BMC, with another of the systems behind it.
  public BmcAddress withSystem(String other) {
    return new BmcAddress(scheme, host, port, other);
  }

  /// Where the BMC itself is, whatever system is meant.
  public BmcAddress withoutSystem() {
    return withSystem("");
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "ipmi" -> 623;
      case "redfish+https" -> 443;
      case "redfish+http" -> 80;
      case "qemu+ssh", SSH -> 22;
      case "qemu+tcp" -> 16509;
      default -> throw unknown(scheme);
    };
  }

  private static IllegalArgumentException unknown(String scheme) {
    return new IllegalArgumentException(
        "unknown BMC protocol "
            + scheme
            + ": ipmi, redfish+https, redfish+http, qemu+ssh, qemu+tcp");
  }

  @Override
  public String toString() {
    return scheme
        + "://"
        + host
        + (port == defaultPort(scheme) ? "" : ":" + port)
        + (system.isEmpty() ? "" : "/" + system);
  }
}
