package io.rackstead.tests.redfish;

import io.rackstead.access.Certificates;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A certificate that a BMC has made for itself.
public final class Tls {
  private Tls() {}

  /// One with a key of its own, each time.
  public static SSLContext selfMade(Path folder) throws IOException, GeneralSecurityException {
    var store =
        new Certificates(new SecureRandom(), InstantSource.system())
            .own(folder, List.of("bmc.invalid"));
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
