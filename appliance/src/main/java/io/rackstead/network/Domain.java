package io.rackstead.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A part of the tree of names.
///
/// @param authoritative we answer for it; else the others in `forward` are asked
/// @param ttl seconds, for what in it has none of its own
public record Domain(
    long id,
    String name,
    boolean authoritative,
    Optional<Integer> ttl,
    boolean isDefault,
    List<InetAddress> forward) {
  /// There from the start.
  public static final long FIRST = 0;

  public Domain {
    forward = List.copyOf(forward);
  }

  Domain withDefault(boolean newDefault) {
    return new Domain(id, name, authoritative, ttl, newDefault, forward);
  }
}
