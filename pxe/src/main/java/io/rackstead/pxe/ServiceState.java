package io.rackstead.pxe;

/// How one of the boot services fares.
///
/// @param name `dhcp`, `proxydhcp`, `dhcp6`, `tftp`, `http`, `leases` or `loaders`
/// @param detail where it serves, or, when it failed, one line that says why and what to do
public record ServiceState(String name, Status status, String detail) {
  /// Whether a service answers.
  public enum Status {
    SERVING,
    OFF,
    FAILED
  }
}
