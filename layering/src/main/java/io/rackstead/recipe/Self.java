package io.rackstead.recipe;

/// What a node is told of itself.
///
/// @param address the one that is its own for good, which others find it at; empty: as it comes
public record Self(String hostname, String address) {
  public Self(String hostname) {
    this(hostname, "");
  }
}
