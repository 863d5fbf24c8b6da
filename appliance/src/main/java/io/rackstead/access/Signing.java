package io.rackstead.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// Certificates over keys on P-256, as RFC 5280 §4.1 has them.
final class Signing {
  private final SecureRandom random;
  private final InstantSource clock;

  enum Purpose {
    AUTHORITY,
    SERVER,
    CLIENT
  }

  Signing(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  KeyPair pair() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  /// @param names of a server
  X509Certificate sign(
      PublicKey key,
      X500Name subject,
      X500Name issuer,
      PrivateKey by,
      Purpose purpose,
      List<String> names,
      Duration life)
      throws GeneralSecurityException, IOException {
    Instant now = clock.instant();
    var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    var generator = new V3TBSCertificateGenerator();
    generator.setSerialNumber(new ASN1Integer(new BigInteger(127, random).add(BigInteger.ONE)));
    generator.setIssuer(issuer);
    generator.setSubject(subject);
    // an hour back: clocks of clients differ
    generator.setStartDate(new Time(Date.from(now.minus(Duration.ofHours(1)))));
    generator.setEndDate(new Time(Date.from(now.plus(life))));
    generator.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    generator.setSignature(algorithm);
    var extensions = new ExtensionsGenerator();
    boolean ca = purpose == Purpose.AUTHORITY;
    extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
    extensions.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(ca ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
    if (!ca) {
      extensions.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              purpose == Purpose.SERVER
                  ? KeyPurposeId.id_kp_serverAuth
                  : KeyPurposeId.id_kp_clientAuth));
    }
    if (!names.isEmpty()) {
      extensions.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(names.stream().map(Signing::name).toArray(GeneralName[]::new)));
    }
    generator.setExtensions(extensions.generate());
    var body = generator.generateTBSCertificate();
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(by, random);
    signature.update(body.getEncoded("DER"));
    var whole =
        new DERSequence(new ASN1Encodable[] {body, algorithm, new DERBitString(signature.sign())});
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole.getEncoded("DER")));
  }

  private static GeneralName name(String text) {
    boolean address = text.contains(":") || text.matches("[0-9.]+");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }
}
