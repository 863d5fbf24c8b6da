package io.rackstead.access;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;

/// What the API shows over TLS: a certificate that the operator gives, or one of a CA of our own
/// that is made at the first start and whose certificate (`tls/ca.pem`) clients are told to trust.
public final class Certificates {
  private static final String ALIAS = "api";
  private static final X500Name CA = new X500Name("CN=Rackstead CA");
  private static final Duration CA_LIFE = Duration.ofDays(3650);

  /// No longer than browsers accept (CA/Browser Forum: 398 days); a new one is made at each start.
  private static final Duration LIFE = Duration.ofDays(397);

  private final SecureRandom random;
  private final InstantSource clock;

  public Certificates(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  /// @param certificate PEM, the server's first and then those that lead to its root
  /// @param key PKCS #8 in PEM, without a passphrase
  public KeyStore given(Path certificate, Path key) throws IOException {
    try {
      return store(privateKey(key), chain(certificate));
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificate %s and the key %s cannot be used: %s"
              .formatted(certificate, key, e.getMessage()),
          e);
    }
  }

  /// A certificate of our own CA for these names and addresses.
  public KeyStore own(Path data, List<String> names) throws IOException {
    var caFile = data.resolve("tls").resolve("ca.pem");
    var caKeyFile = data.resolve("secrets").resolve("ca.key");
    try {
      if (!Files.exists(caKeyFile) || !Files.exists(caFile)) {
        var pair = pair();
        var certificate = sign(pair, CA, pair.getPrivate(), CA_LIFE, List.of());
        write(caKeyFile, "PRIVATE KEY", pair.getPrivate().getEncoded(), "rw-------");
        write(caFile, "CERTIFICATE", certificate.getEncoded(), "rw-r--r--");
      }
      var pair = pair();
      var mine = sign(pair, new X500Name("CN=Rackstead"), privateKey(caKeyFile), LIFE, names);
      return store(pair.getPrivate(), new Certificate[] {mine, chain(caFile)[0]});
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a certificate with the CA " + caFile + ": " + e, e);
    }
  }

  private KeyPair pair() throws GeneralSecurityException {
    return new Signing(random, clock).pair();
  }

  /// With no names it is the CA itself.
  private X509Certificate sign(
      KeyPair pair, X500Name subject, PrivateKey by, Duration life, List<String> names)
      throws GeneralSecurityException, IOException {
    return new Signing(random, clock)
        .sign(
            pair.getPublic(),
            subject,
            CA,
            by,
            names.isEmpty() ? Signing.Purpose.AUTHORITY : Signing.Purpose.SERVER,
            names,
            life);
  }

  /// The names under which this host may be called.
  public static List<String> ofThisHost() throws IOException {
    var names = new ArrayList<String>();
    names.add("localhost");
    // the kernel's word: asking a resolver could take long, or fail where there is none
    var hostname = Path.of("/proc/sys/kernel/hostname");
    var host = Files.exists(hostname) ? Files.readString(hostname).strip() : "";
    if (host.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
        && !host.matches("[0-9.]+")
        && !names.contains(host)) {
      names.add(host);
    }
    java.net.NetworkInterface.networkInterfaces()
        .flatMap(java.net.NetworkInterface::inetAddresses)
        .filter(address -> !address.isLinkLocalAddress())
        .map(address -> address.getHostAddress().replaceAll("%.*", ""))
        .distinct()
        .limit(200)
        .forEach(names::add);
    return names;
  }

  private static KeyStore store(PrivateKey key, Certificate[] chain)
      throws GeneralSecurityException, IOException {
    // never written anywhere: what PKCS #12 does to protect it would only hold up the start
    var store = KeyStore.getInstance("JKS");
    store.load(null, new char[0]);
    store.setKeyEntry(ALIAS, key, new char[0], chain);
    return store;
  }

  private static Certificate[] chain(Path file) throws GeneralSecurityException, IOException {
    try (var in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .toArray(Certificate[]::new);
    }
  }

  private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
    var base64 = new StringBuilder();
    try (var reader = new java.io.BufferedReader(new StringReader(Files.readString(file)))) {
      reader.lines().filter(line -> !line.startsWith("-----")).forEach(base64::append);
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(base64.toString());
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException(file + " is not a key in PEM", e);
    }
    for (var algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException _) {
        // a key of another kind: the next is tried
      }
    }
    throw new InvalidKeySpecException(
        file + " is no PKCS #8 key: openssl pkcs8 -topk8 -nocrypt makes it one");
  }

  private static void write(Path file, String kind, byte[] bytes, String permissions)
      throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    var half = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(half);
    Files.createFile(
        half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        half,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind),
        StandardCharsets.US_ASCII);
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
