package io.rackstead.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Who is signed in with a browser. In memory: a restart signs everybody out. Only digests are
/// kept, so that a memory dump opens no session.
public final class Sessions {
  static final Duration LIFE = Duration.ofHours(12);
  private static final int MOST = 10_000;

  private final SecureRandom random;
  private final InstantSource clock;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();

  private record Session(String username, Instant until) {}

  public Sessions(SecureRandom random, InstantSource clock) {
    this.random = random;
    this.clock = clock;
  }

  String open(String username) {
    var now = clock.instant();
    sessions.values().removeIf(session -> session.until().isBefore(now));
    if (sessions.size() >= MOST) {
      // signing in needs a password, so this many are somebody's own doing: theirs go first
      sessions.values().removeIf(session -> session.username().equals(username));
    }
    var bytes = new byte[32];
    random.nextBytes(bytes);
    var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    sessions.put(digest(token), new Session(username, now.plus(LIFE)));
    return token;
  }

  Optional<String> username(String token) {
    return Optional.ofNullable(sessions.get(digest(token)))
        .filter(session -> session.until().isAfter(clock.instant()))
        .map(Session::username);
  }

  void close(String token) {
    sessions.remove(digest(token));
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
