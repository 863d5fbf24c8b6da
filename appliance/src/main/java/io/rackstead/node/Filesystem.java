package io.rackstead.node;

/// What a device or partition holds, and where it is mounted.
///
/// @param label empty: none
/// @param mountPoint empty: nowhere
public record Filesystem(
    String fstype, String uuid, String label, String mountPoint, String mountOptions) {
  public Filesystem mounted(String point, String options) {
    return new Filesystem(fstype, uuid, label, point, options);
  }

  public boolean mounted() {
    return !mountPoint.isEmpty();
  }
}
