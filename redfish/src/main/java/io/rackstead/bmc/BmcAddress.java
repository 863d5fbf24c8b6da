package io.rackstead.bmc;

import java.util.regex.Pattern;

/// Where a BMC is and what it speaks, written as `ipmi://10.0.9.7` or
/// `redfish+https://10.0.9.7:8443`.
public record BmcAddress(String scheme, String host, int port) {
  private static final Pattern TEXT =
      Pattern.compile(
          "([a-z][a-z0-9+]*)://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?");

  public BmcAddress {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a port is 1 to 65535, got " + port);
    }
  }

  public static BmcAddress parse(String text) {
    var matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a BMC address is written as ipmi://10.0.9.7 or redfish+https://10.0.9.7, got " + text);
    }
    var scheme = matcher.group(1);
    var port = matcher.group(3);
    return new BmcAddress(
        scheme, matcher.group(2), port == null ? defaultPort(scheme) : Integer.parseInt(port));
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "ipmi" -> 623;
      case "redfish+https" -> 443;
      case "redfish+http" -> 80;
      default ->
          throw new IllegalArgumentException(
              "unknown BMC protocol " + scheme + ": ipmi, redfish+https, redfish+http");
    };
  }

  @Override
  public String toString() {
    return scheme + "://" + host + (port == defaultPort(scheme) ? "" : ":" + port);
  }
}
