package io.rackstead.pxe;

import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.util.Optional;

/// Whose address is this? So that a fetch is told under the machine that made it. Empty for a
/// client whose lease is another server's.
@FunctionalInterface
public interface Clients {
  Optional<MacAddress> holder(InetAddress address);
}
