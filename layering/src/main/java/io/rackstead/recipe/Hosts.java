package io.rackstead.recipe;

/// Hosts as they stand in front of a port.
public final class Hosts {
  private Hosts() {}

  /// RFC 3986 §3.2.2
  public static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
