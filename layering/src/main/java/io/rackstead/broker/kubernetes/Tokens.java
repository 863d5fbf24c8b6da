package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Receipt;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;

/// Bootstrap tokens, one for each node: a Secret of a form that the API server knows, valid until
/// the node is Ready, and never longer than it says.
final class Tokens {
  private static final String LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final String SPACE = "kube-system";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ApiServer api;
  private final String ca;
  private final InstantSource clock;

  Tokens(ApiServer api, String ca, InstantSource clock) {
    this.api = api;
    this.ca = ca;
    this.clock = clock;
  }

  /// `token`, `token_id`, `ca_hash` and `endpoint`, for the node.
  Receipt mint(Handover planned, Duration life) {
    var id = random(6);
    var secret = random(16);
    var until = clock.instant().plus(life).truncatedTo(ChronoUnit.SECONDS);
    var body = JsonNodeFactory.instance.objectNode();
    body.put("apiVersion", "v1").put("kind", "Secret").put("type", "bootstrap.kubernetes.io/token");
    body.putObject("metadata").put("name", name(id)).put("namespace", SPACE);
    body.putObject("stringData")
        .put("description", "for " + planned.id() + ", by Rackstead")
        .put("token-id", id)
        .put("token-secret", secret)
        .put("expiration", until.toString())
        .put("usage-bootstrap-authentication", "true")
        .put("usage-bootstrap-signing", "true")
        .put("auth-extra-groups", "system:bootstrappers:kubeadm:default-node-token");
    api.post(body, "api", "v1", "namespaces", SPACE, "secrets").must("mint a token");
    return new Receipt(
        Map.of(
            "token_id",
            id,
            "token",
            id + "." + secret,
            "ca_hash",
            "sha256:" + hash(),
            "endpoint",
            api.endpoint()));
  }

  /// What has done its work is worth nothing to anybody any more.
  void revoke(Receipt receipt) {
    var id = receipt.kept().getOrDefault("token_id", "");
    if (!id.isEmpty()) {
      var answer = api.delete("api", "v1", "namespaces", SPACE, "secrets", name(id));
      if (!answer.absent()) {
        answer.must("remove the token");
      }
    }
  }

  private static String name(String id) {
    return "bootstrap-token-" + id;
  }

  private static String random(int length) {
    var text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  /// Of the CA's public key, as kubeadm pins it.
  private String hash() {
    try {
      var certificate =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(ca.getBytes(StandardCharsets.US_ASCII)));
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new BrokerException(
          Kind.UNEXPECTED, "the cluster's CA cannot be read as a certificate (PEM)", e);
    }
  }
}
