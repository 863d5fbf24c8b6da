package io.rackstead.vmhost;

import io.rackstead.image.Architecture;
import java.util.List;
import java.util.Optional;

/// What a machine that is to be composed shall be like.
///
/// @param hostname empty: one is found for it
/// @param mhz the slowest that will do; 0: any
public record Wish(
    String hostname,
    int cores,
    List<Integer> pinned,
    long memoryMib,
    boolean hugepages,
    Optional<Architecture> architecture,
    int mhz,
    List<Disk> disks,
    List<Card> cards) {
  public Wish {
    pinned = List.copyOf(pinned);
    disks = List.copyOf(disks);
    cards = List.copyOf(cards);
  }

  /// @param pool by name or UUID; empty: the host's default
  public record Disk(long bytes, String pool) {}

  /// @param wire the name of a bridge or network; empty: the host's first
  public record Card(String wire) {}
}
