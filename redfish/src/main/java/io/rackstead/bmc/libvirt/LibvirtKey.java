package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.ssh.SshKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/// The key pair by which hosts let us in: one for the whole appliance, made once and kept where
/// secrets are kept.
public final class LibvirtKey {
  private final KeyPair pair;

  private LibvirtKey(KeyPair pair) {
    this.pair = pair;
  }

  /// A new one. P-256 (RFC 5656): Java's own, and every SSH server takes it.
  public static LibvirtKey make(SecureRandom random) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return new LibvirtKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java makes no P-256 keys", e);
    }
  }

  /// As [#secret] wrote it.
  public static LibvirtKey parse(String secret) {
    var halves = secret.split(" ", -1);
    if (halves.length != 2) {
      throw new IllegalArgumentException(
          "the key for VM hosts has two halves, this is no such key");
    }
    var decoder = Base64.getDecoder();
    try {
      var keys = KeyFactory.getInstance("EC");
      return new LibvirtKey(
          new KeyPair(
              keys.generatePublic(new X509EncodedKeySpec(decoder.decode(halves[1]))),
              keys.generatePrivate(new PKCS8EncodedKeySpec(decoder.decode(halves[0])))));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the key for VM hosts cannot be read", e);
    }
  }

  /// With its private half: for the vault only.
  public String secret() {
    var encoder = Base64.getEncoder();
    return encoder.encodeToString(pair.getPrivate().getEncoded())
        + " "
        + encoder.encodeToString(pair.getPublic().getEncoded());
  }

  /// One line for a host's `authorized_keys`.
  public String authorized() {
    return PublicKeyEntry.toString(pair.getPublic()) + " rackstead";
  }

  SshKey ssh() {
    return new SshKey(pair, authorized());
  }

  /// Never with its private half.
  @Override
  public String toString() {
    return authorized();
  }
}
