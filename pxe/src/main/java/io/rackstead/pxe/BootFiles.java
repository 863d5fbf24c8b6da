package io.rackstead.pxe;

import java.net.InetAddress;
import java.util.Optional;

/// Every name that the boot services serve: the loaders, and what the [Booter] knows. A name is
/// looked up as it stands; none is ever made into a path.
@FunctionalInterface
public interface BootFiles {
  Optional<BootFile> open(String name, InetAddress client);
}
