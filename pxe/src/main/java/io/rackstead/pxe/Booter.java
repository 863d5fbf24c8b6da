package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.util.Optional;

/// Decides what a client boots, and knows the bytes behind each name. The one question that the
/// boot services ask of the world.
///
/// One boot asks it several times, so it answers from memory, and asking again changes nothing.
public interface Booter {
  BootAnswer decide(BootRequest request);

  /// A machine on record. It is still given an address when strangers have taken all but the last.
  default boolean knows(MacAddress mac) {
    return false;
  }

  /// The bytes that a decision, a capability or the table of loaders names; empty for every other
  /// name. Names are looked up as they stand, never made into a path.
  Optional<BootFile> open(String name, InetAddress client);
}
