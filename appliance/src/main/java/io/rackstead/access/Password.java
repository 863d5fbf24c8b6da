package io.rackstead.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Passwords at rest: Argon2id (RFC 9106) in its usual text form
/// `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. The one that the appliance makes itself has more
/// than 112 random bits: guessing it is hopeless however fast a guess is, so it is kept as
/// `$sha256$salt$hash`, and the first start is not held up by most of a second of work.
final class Password {
  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;
  private static final int LONGEST = 1024;

  private Password() {}

  static String hash(Secret password, SecureRandom random) {
    var salt = new byte[16];
    random.nextBytes(salt);
    var text = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB,
            PASSES,
            LANES,
            text.encodeToString(salt),
            text.encodeToString(argon2id(password, salt, MEMORY_KIB, PASSES, LANES)));
  }

  /// Only for a password that was drawn at random, never for one that a person chose.
  static String hashOfRandom(Secret password, SecureRandom random) {
    var salt = new byte[16];
    random.nextBytes(salt);
    var text = Base64.getEncoder().withoutPadding();
    return "$sha256$"
        + text.encodeToString(salt)
        + "$"
        + text.encodeToString(sha256(password, salt));
  }

  private static byte[] sha256(Secret password, byte[] salt) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      return digest.digest(password.reveal().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Takes the same time whether or not it fits.
  static boolean fits(Secret password, String hash) {
    var parts = hash.split("[$]", -1);
    if (parts.length == 4 && parts[1].equals("sha256")) {
      return MessageDigest.isEqual(
          sha256(password, Base64.getDecoder().decode(parts[2])),
          Base64.getDecoder().decode(parts[3]));
    }
    if (parts.length != 6 || !parts[1].equals("argon2id")) {
      throw new IllegalStateException("a stored password is not in Argon2id's form");
    }
    var costs = parts[3].split("[=,]", -1);
    var again =
        argon2id(
            password,
            Base64.getDecoder().decode(parts[4]),
            Integer.parseInt(costs[1]),
            Integer.parseInt(costs[3]),
            Integer.parseInt(costs[5]));
    return MessageDigest.isEqual(again, Base64.getDecoder().decode(parts[5]));
  }

  private static byte[] argon2id(
      Secret password, byte[] salt, int memoryKib, int passes, int lanes) {
    var opened = password.reveal();
    if (opened.length() > LONGEST) {
      throw new IllegalArgumentException("a password has at most " + LONGEST + " characters");
    }
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    var hash = new byte[HASH_BYTES];
    generator.generateBytes(opened.getBytes(StandardCharsets.UTF_8), hash);
    return hash;
  }
}
