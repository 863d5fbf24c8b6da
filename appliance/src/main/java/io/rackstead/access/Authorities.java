package io.rackstead.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/// Certificate authorities of others, a cluster's for one, made and used by us; all in PEM.
public final class Authorities {
  private static final Duration CA_LIFE = Duration.ofDays(3650);
  private static final int RSA_BITS = 2048;
  private final SecureRandom random;
  private final InstantSource clock;

  /// A certificate and its key (PKCS #8).
  public record Pem(String certificate, String key) {
    @Override
    public String toString() {
      return "PEM";
    }
  }

  public Authorities(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  public Pem make(String name) {
    try {
      var pair = new Signing(random, clock).pair();
      var subject = named(name, "");
      var certificate =
          new Signing(random, clock)
              .sign(
                  pair.getPublic(),
                  subject,
                  subject,
                  pair.getPrivate(),
                  Signing.Purpose.AUTHORITY,
                  List.of(),
                  CA_LIFE);
      return new Pem(
          pem("CERTIFICATE", certificate.getEncoded()),
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot make the authority " + name, e);
    }
  }

  /// @param group empty: none
  public Pem client(Pem authority, String name, String group, Duration life) {
    return issued(
        authority, named(name, group), Signing.Purpose.CLIENT, List.of(), life, this::pair);
  }

  /// The same for somebody whose programs we do not know: all of them read an RSA key.
  public Pem person(Pem authority, String name, String group, Duration life) {
    return issued(
        authority, named(name, group), Signing.Purpose.CLIENT, List.of(), life, this::rsaPair);
  }

  /// @param names and addresses of the server
  public Pem server(Pem authority, String name, List<String> names, Duration life) {
    return issued(authority, named(name, ""), Signing.Purpose.SERVER, names, life, this::pair);
  }

  private Pem issued(
      Pem authority,
      X500Name subject,
      Signing.Purpose purpose,
      List<String> names,
      Duration life,
      Supplier<KeyPair> keys) {
    try {
      var ca = certificate(authority.certificate());
      var pair = keys.get();
      var certificate =
          new Signing(random, clock)
              .sign(
                  pair.getPublic(),
                  subject,
                  X500Name.getInstance(ca.getSubjectX500Principal().getEncoded()),
                  key(authority.key()),
                  purpose,
                  names,
                  life);
      return new Pem(
          pem("CERTIFICATE", certificate.getEncoded()),
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("cannot sign for " + subject, e);
    }
  }

  /// A pair of RSA keys: the public one stands where a certificate would.
  public Pem keys() {
    var pair = rsaPair();
    return new Pem(
        pem("PUBLIC KEY", pair.getPublic().getEncoded()),
        pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private KeyPair rsaPair() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java makes RSA keys", e);
    }
  }

  private KeyPair pair() {
    try {
      return new Signing(random, clock).pair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java makes keys on P-256", e);
    }
  }

  /// What stands in a name is escaped by what writes it: a slash or a comma ends nothing.
  private static X500Name named(String name, String group) {
    var subject = new X500NameBuilder(BCStyle.INSTANCE);
    if (!group.isEmpty()) {
      subject.addRDN(BCStyle.O, group);
    }
    return subject.addRDN(BCStyle.CN, name).build();
  }

  private static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static PrivateKey key(String pem) throws GeneralSecurityException {
    var base64 = pem.replaceAll("-----[A-Z ]+-----", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
  }

  private static String pem(String kind, byte[] bytes) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind);
  }
}
