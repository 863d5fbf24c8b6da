package io.rackstead.broker.declared;

import io.rackstead.broker.libvirt.VirtualHosts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/// The connections that all brokers share, made when the first one speaks; those who are believed
/// by a certificate of their own have theirs apart.
public final class Wire {
  private final Map<String, OkHttpClient> clients = new ConcurrentHashMap<>();
  private final Optional<VirtualHosts> hosts;

  public Wire() {
    hosts = Optional.empty();
  }

  /// @param hosts for a broker whose layer above is this appliance
  public Wire(VirtualHosts hosts) {
    this.hosts = Optional.of(hosts);
  }

  /// [BadBroker] where nobody keeps any.
  VirtualHosts hosts() {
    return hosts.orElseThrow(() -> new BadBroker("nobody keeps VM hosts here"));
  }

  /// @param authority certificates (PEM); empty: those that everybody believes. [BadBroker] where
  ///   they are none
  OkHttpClient client(String authority) {
    return clients.computeIfAbsent(authority, Wire::made);
  }

  /// As many as a target has conversations at most: a connection for each is kept.
  private static ConnectionPool pool() {
    return new ConnectionPool(64, 1, TimeUnit.MINUTES);
  }

  /// None is repeated behind our back, and none follows a redirect with our credentials.
  OkHttpClient client(String authority, Duration limit) {
    return client(authority)
        .newBuilder()
        .callTimeout(limit)
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .build();
  }

  private static OkHttpClient made(String authority) {
    if (authority.isEmpty()) {
      return new OkHttpClient.Builder().connectionPool(pool()).build();
    }
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (var certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8)))) {
        store.setCertificateEntry("ca" + n++, certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      var manager =
          Arrays.stream(factory.getTrustManagers())
              .filter(X509TrustManager.class::isInstance)
              .map(X509TrustManager.class::cast)
              .findFirst()
              .orElseThrow(() -> new BadBroker("this JVM has no trust manager"));
      if (n == 0) {
        throw new BadBroker("tls.ca holds no certificate (PEM)");
      }
      var context = SSLContext.getInstance("TLS");
      context.init(null, new X509TrustManager[] {manager}, null);
      return new OkHttpClient.Builder()
          .connectionPool(pool())
          .sslSocketFactory(context.getSocketFactory(), manager)
          .build();
    } catch (GeneralSecurityException | IOException e) {
      throw new BadBroker("tls.ca cannot be read as certificates (PEM): " + e.getMessage(), e);
    }
  }
}
