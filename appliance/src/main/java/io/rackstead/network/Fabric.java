package io.rackstead.network;

/// Switches that are wired together: a VLAN id means one thing on all of them.
public record Fabric(long id, String name, String classType, String description) {
  /// The one that is always there.
  public static final long DEFAULT = 0;
}
