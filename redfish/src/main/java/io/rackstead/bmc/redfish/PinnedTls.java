package io.rackstead.bmc.redfish;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcTrust;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS with one BMC. Its certificate is not asked for its issuer, its name or its dates, but for
/// its key: after each handshake, which proves that the other side has that key, and before the
/// first byte of a request.
final class PinnedTls {
  private final BmcAddress address;
  private final BmcTrust trust;
  private final SSLSocketFactory sockets;
  private volatile Optional<String> refusal = Optional.empty();

  PinnedTls(BmcAddress address, BmcTrust trust) {
    this.address = address;
    this.trust = trust;
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {KEY_DECIDES}, null);
      sockets = context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  SSLSocketFactory sockets() {
    return sockets;
  }

  /// Why the last handshake was not enough.
  Optional<String> refusal() {
    return refusal;
  }

  /// Whether it is the key on record, or the first one ever seen there.
  boolean accepts(SSLSession session) {
    String seen;
    try {
      seen = fingerprint(session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException e) {
      refusal = Optional.of("shows no certificate: " + e.getMessage());
      return false;
    }
    var known = trust.pin(address, seen);
    boolean same = known.equals(seen);
    refusal =
        same
            ? Optional.empty()
            : Optional.of(
                "its TLS key is not the one it had: was %s, is %s; no credentials were sent. If the change is known to be right, %s"
                    .formatted(known, seen, trust.howToAccept(address, seen)));
    return same;
  }

  /// As `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum` writes it.
  static String fingerprint(Certificate certificate) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
      return "sha256:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  static final X509ExtendedTrustManager KEY_DECIDES =
      new X509ExtendedTrustManager() {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
          throw new UnsupportedOperationException("we are the client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
          throw new UnsupportedOperationException("we are the client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
          throw new UnsupportedOperationException("we are the client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
          return new X509Certificate[0];
        }
      };
}
