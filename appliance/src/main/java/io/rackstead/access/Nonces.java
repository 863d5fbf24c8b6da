package io.rackstead.access;

import io.rackstead.store.Database;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers which nonces were used, for as long as their timestamps would be accepted, over a
/// restart too: a nonce is on disk before its request is carried out.
final class Nonces {
  private static final long SWEEP_SECONDS = 60;

  private final Database database;
  private final Map<String, Long> used = new LinkedHashMap<>();
  private long sweptAt;

  private record Kept(String digest, long until) {}

  Nonces(Database database) {
    this.database = database;
    for (var kept :
        database.read(tx ->
            tx.list(
                "select digest, expires_at from nonce order by expires_at",
                row -> new Kept(row.getString(1), row.getLong(2))))) {
      used.put(kept.digest(), kept.until());
    }
  }

  /// Whether this is the first time; a nonce counts per consumer, token and timestamp.
  boolean first(OAuthHeader header, long now) {
    var digest = digest(header);
    // its timestamp is refused from then on
    long until = header.timestamp() + OAuth.WINDOW_SECONDS + 1;
    boolean sweep;
    synchronized (used) {
      sweep = now - sweptAt >= SWEEP_SECONDS;
      if (sweep) {
        sweptAt = now;
        used.values().removeIf(end -> end < now);
      }
      if (used.putIfAbsent(digest, until) != null) {
        return false;
      }
    }
    database.change(tx -> {
      if (sweep) {
        tx.change("delete from nonce where expires_at < ?", now);
      }
      tx.change("insert into nonce (digest, expires_at) values (?, ?)", digest, until);
    });
    return true;
  }

  private static String digest(OAuthHeader header) {
    var nonce =
        String.join(
            "\n",
            header.consumerKey(),
            header.token(),
            Long.toString(header.timestamp()),
            header.nonce());
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(nonce.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
