package io.rackstead.bmc;

import java.util.List;
import java.util.Map;

/// One dialer for each protocol, chosen by the address.
public final class BmcDialers implements BmcDialer, AutoCloseable {
  private final Map<String, BmcDialer> byScheme;

  /// @param byScheme as in [BmcAddress#scheme]: `ipmi`, `redfish+https`, …
  public BmcDialers(Map<String, BmcDialer> byScheme) {
    this.byScheme = Map.copyOf(byScheme);
  }

  @Override
  public Bmc dial(BmcAddress address, BmcCredentials credentials) {
    return of(address).dial(address, credentials);
  }

  @Override
  public List<String> systems(BmcAddress address, BmcCredentials credentials) {
    return of(address).systems(address, credentials);
  }

  private BmcDialer of(BmcAddress address) {
    var dialer = byScheme.get(address.scheme());
    if (dialer == null) {
      throw new BmcException(
          BmcException.Kind.UNSUPPORTED, address, "nothing here speaks " + address.scheme());
    }
    return dialer;
  }

  @Override
  public void close() throws Exception {
    for (var dialer : byScheme.values().stream().distinct().toList()) {
      if (dialer instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
  }
}
