package io.rackstead.tag;

/// A word that machines carry.
///
/// @param definition by which machines get it by themselves; empty: people give and take it
/// @param kernelOpts for the kernel line of what carries it
public record Tag(String name, String comment, String definition, String kernelOpts) {
  public boolean automatic() {
    return !definition.isEmpty();
  }
}
