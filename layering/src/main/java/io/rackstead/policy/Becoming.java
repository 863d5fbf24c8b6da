package io.rackstead.policy;

/// What a line makes of a machine.
///
/// @param image what is installed, as its id reads
/// @param layout of its disks; empty: as the machine is laid out
/// @param network of its interfaces; empty: as they are configured
/// @param role what it is to be in the layer above; empty: nothing in particular
/// @param target the hand-over target; empty: it is handed to nobody
/// @param owner whom it belongs to from then on
public record Becoming(
    String image, String layout, String network, String role, String target, String owner) {
  @Override
  public String toString() {
    return image
        + (layout.isEmpty() ? "" : " (disks: " + layout + ")")
        + (network.isEmpty() ? "" : " (network: " + network + ")")
        + (role.isEmpty() ? "" : " as " + role)
        + (target.isEmpty() ? "" : ", handed to " + target)
        + ", for "
        + owner;
  }
}
