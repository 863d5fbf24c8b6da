package io.rackstead.bmc.libvirt;

/// What a server's network card can be plugged into.
///
/// @param name of the host's bridge, or of libvirt's network
public record Wire(Kind kind, String name) {
  public enum Kind {
    BRIDGE,
    NETWORK
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + name;
  }
}
