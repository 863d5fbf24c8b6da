package io.rackstead.pxe;

import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

/// Why a port could not be had, and what to do about it, in one line.
public final class BindFailure {
  private BindFailure() {}

  /// @param where `port 67/udp on prov0`
  /// @param setting the configuration key that chooses another port
  public static String explain(String where, int port, String setting, Throwable cause) {
    var text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("in use")) {
      return where
          + " is taken by another program: find it with ss -lnp 'sport = :"
          + port
          + "' and end it, or set "
          + setting;
    }
    if (text.contains("denied") || text.contains("not permitted")) {
      return "no right to bind "
          + where
          + ": run as root, or grant CAP_NET_BIND_SERVICE and CAP_NET_RAW, or set "
          + setting;
    }
    if (text.contains("assign requested")) {
      return where + ": this machine does not have that address: give it to an interface first";
    }
    if (text.contains("no such device")) {
      return where + ": there is no such interface: create it, or edit the subnet";
    }
    boolean plain = cause instanceof BindException || cause instanceof UnresolvedAddressException;
    return where + " cannot be bound: " + (plain ? cause.getMessage() : cause.toString());
  }
}
