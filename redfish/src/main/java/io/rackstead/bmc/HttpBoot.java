package io.rackstead.bmc;

import java.net.URI;

/// Facet: lets UEFI firmware fetch what it boots from a URL, with no PXE and no TFTP.
public interface HttpBoot {
  void bootFrom(URI url, Bmc.Persistence how);
}
