package io.rackstead.evidence;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.agent.Sha256;
import io.rackstead.http.Json;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Signs with a key of this appliance's own (ECDSA, P-256), made when it is first needed and kept
/// in the vault. What it makes is a DSSE envelope: the payload is signed octet for octet, so nobody
/// has to agree on how JSON is written.
public final class Signer {
  static final String TYPE = "application/vnd.rackstead.evidence+json";
  private static final String OWNER = "evidence/signing-key";

  private final Database database;
  private final Vault vault;
  private @Nullable Pair pair;

  /// @param id SHA-256 of the public key as it stands in a certificate (SPKI)
  private record Pair(PrivateKey key, byte[] spki, String id) {}

  public Signer(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /// The public key, for whoever checks.
  public String pem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair().spki())
        + "\n-----END PUBLIC KEY-----\n";
  }

  String keyId() {
    return pair().id();
  }

  ObjectNode envelope(byte[] payload) {
    try {
      var signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair().key());
      signature.update(signed(TYPE, payload));
      var envelope = Json.instance().createObjectNode();
      envelope.put("payloadType", TYPE);
      envelope.put("payload", Base64.getEncoder().encodeToString(payload));
      envelope
          .putArray("signatures")
          .addObject()
          .put("keyid", keyId())
          .put("sig", Base64.getEncoder().encodeToString(signature.sign()));
      return envelope;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with the evidence key", e);
    }
  }

  /// DSSE's pre-authentication encoding: the lengths stand before what they are of.
  static byte[] signed(String type, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(
        "DSSEv1 %d %s %d "
            .formatted(type.length(), type, payload.length)
            .getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private synchronized Pair pair() {
    var there = pair;
    if (there == null) {
      var kept = database.read(tx -> vault.get(tx, OWNER));
      there = read(kept.orElseGet(() -> database.inTransaction(this::made)).reveal());
      pair = there;
    }
    return there;
  }

  private Secret made(Tx tx) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var fresh = generator.generateKeyPair();
      var base64 = Base64.getEncoder();
      var secret =
          Secret.of(
              base64.encodeToString(fresh.getPrivate().getEncoded())
                  + " "
                  + base64.encodeToString(fresh.getPublic().getEncoded()));
      vault.put(tx, OWNER, secret);
      return secret;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has P-256", e);
    }
  }

  private static Pair read(String text) {
    try {
      int space = text.indexOf(' ');
      var spki = Base64.getDecoder().decode(text.substring(space + 1));
      return new Pair(
          KeyFactory.getInstance("EC")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text.substring(0, space)))),
          spki,
          Sha256.hex(spki));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the evidence key in the vault cannot be read", e);
    }
  }
}
