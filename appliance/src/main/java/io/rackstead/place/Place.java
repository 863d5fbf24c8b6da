package io.rackstead.place;

/// A zone or a resource pool.
///
/// @param id what clients know it by; it outlives a change of name
public record Place(long id, String name, String description) {
  /// Where everything is that was put nowhere; it can be neither removed nor renamed.
  public static final String DEFAULT = "default";

  public boolean isDefault() {
    return name.equals(DEFAULT);
  }
}
