package io.rackstead.broker.declared;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// Whom we believe over TLS, and who we are there; all in PEM.
///
/// @param ca empty: whom everybody believes
/// @param certificate empty: nobody in particular
/// @param key PKCS #8, of that certificate
record Trust(String ca, String certificate, String key) {
  static final Trust OF_EVERYBODY = new Trust("", "", "");
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]{1,16000})-----END");

  boolean plain() {
    return ca.isEmpty() && certificate.isEmpty();
  }

  X509TrustManager believed() throws GeneralSecurityException, IOException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (ca.isEmpty()) {
      factory.init((KeyStore) null);
    } else {
      var store = empty();
      int n = 0;
      for (var one : certificates(ca)) {
        store.setCertificateEntry("ca" + n++, one);
      }
      if (n == 0) {
        throw new BadBroker("tls.ca holds no certificate (PEM)");
      }
      factory.init(store);
    }
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new BadBroker("this JVM has no trust manager"));
  }

  /// None where we are nobody in particular.
  KeyManager[] own() throws GeneralSecurityException, IOException {
    if (certificate.isEmpty()) {
      return new KeyManager[0];
    }
    var store = empty();
    store.setKeyEntry(
        "own", privateKey(), new char[0], certificates(certificate).toArray(Certificate[]::new));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("JKS");
    store.load(null, null);
    return store;
  }

  private static List<Certificate> certificates(String pem) throws GeneralSecurityException {
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))));
  }

  private PrivateKey privateKey() throws GeneralSecurityException {
    var matcher = KEY.matcher(key);
    if (!matcher.find()) {
      throw new InvalidKeySpecException("tls.key is no PKCS #8 key in PEM");
    }
    var bytes = Base64.getMimeDecoder().decode(matcher.group(1));
    for (var algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException _) {
        // a key of another kind: the next is tried
      }
    }
    throw new InvalidKeySpecException("tls.key is of no kind that is known here");
  }

  @Override
  public String toString() {
    return "TLS";
  }
}
