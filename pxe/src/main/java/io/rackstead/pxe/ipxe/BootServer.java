package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.net.Subnet6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// Ourselves as a client sees us: where its URLs point to.
public record BootServer(InetAddress address, int httpPort) {
  private static final String UNRESERVED = "-._~/";

  /// The URL of a name that is served; what a URL cannot hold as it is, is percent-encoded.
  public String url(String name) {
    return "http://" + host() + ":" + httpPort + "/" + encode(name);
  }

  private String host() {
    return address instanceof Inet6Address six
        ? "[" + Subnet6.text(six) + "]"
        : address.getHostAddress();
  }

  /// The URL of the script for this client. It names the client itself, so that a client behind a
  /// relay or with two cards is not taken for another.
  public String scriptUrl(BootRequest request) {
    return url("ipxe/" + HexFormat.of().formatHex(request.mac().octets()))
        + "?arch="
        + request.arch().code()
        + request.systemUuid().map(uuid -> "&uuid=" + uuid).orElse("");
  }

  private static String encode(String name) {
    var text = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 255);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || UNRESERVED.indexOf(c) >= 0;
      if (plain) {
        text.append(c);
      } else {
        text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
      }
    }
    return text.toString();
  }
}
