package io.rackstead.bmc;

import java.net.URI;
import java.util.Optional;

/// Facet: a disc that the BMC fetches over the network and shows to the server as a CD drive.
public interface VirtualMedia {
  /// Empty while there is nothing in the drive.
  Optional<Disc> inserted();

  /// Puts it in, write-protected, in place of what may be there; read back before it returns.
  void insert(URI image);

  /// Asking twice changes nothing.
  void eject();

  /// @param image as the BMC names it, which may be cut short
  record Disc(String image, boolean writeProtected) {}
}
