package io.rackstead.broker.declared;

import io.rackstead.broker.libvirt.VirtualHosts;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;

/// The connections that all brokers share, made when the first one speaks; those who are believed
/// by a certificate of their own, or believe us by one, have theirs apart.
public final class Wire {
  private final Map<Trust, OkHttpClient> clients = new ConcurrentHashMap<>();
  private final Optional<VirtualHosts> hosts;
  private final Optional<Interceptor> instead;

  public Wire() {
    this(Optional.empty(), Optional.empty());
  }

  private Wire(Optional<VirtualHosts> hosts, Optional<Interceptor> instead) {
    this.hosts = hosts;
    this.instead = instead;
  }

  /// @param answers in place of those who would be spoken to: nothing leaves the process
  static Wire played(Interceptor answers) {
    return new Wire(Optional.empty(), Optional.of(answers));
  }

  /// @param hosts for a broker whose layer above is this appliance
  public Wire(VirtualHosts hosts) {
    this(Optional.of(hosts), Optional.empty());
  }

  /// [BadBroker] where nobody keeps any.
  VirtualHosts hosts() {
    return hosts.orElseThrow(() -> new BadBroker("nobody keeps VM hosts here"));
  }

  /// [BadBroker] where its certificates are none.
  private OkHttpClient client(Trust trust) {
    return clients.computeIfAbsent(trust, Wire::made);
  }

  /// As many as a target has conversations at most: a connection for each is kept.
  private static ConnectionPool pool() {
    return new ConnectionPool(64, 1, TimeUnit.MINUTES);
  }

  /// None is repeated behind our back, and none follows a redirect with our credentials.
  OkHttpClient client(Trust trust, Duration limit) {
    var made = client(trust).newBuilder();
    instead.ifPresent(made::addInterceptor);
    return made.callTimeout(limit)
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .build();
  }

  private static OkHttpClient made(Trust trust) {
    if (trust.plain()) {
      return new OkHttpClient.Builder().connectionPool(pool()).build();
    }
    try {
      var believed = trust.believed();
      var context = SSLContext.getInstance("TLS");
      context.init(trust.own(), new X509TrustManager[] {believed}, null);
      return new OkHttpClient.Builder()
          .connectionPool(pool())
          .sslSocketFactory(context.getSocketFactory(), believed)
          .build();
    } catch (GeneralSecurityException | IOException e) {
      throw new BadBroker(
          "tls.ca, tls.certificate and tls.key cannot be read (PEM): " + e.getMessage(), e);
    }
  }
}
