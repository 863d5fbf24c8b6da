package io.rackstead.access;

import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers which nonces were used, for as long as their timestamps would be accepted.
final class Nonces {
  private static final int MOST = 200_000;

  private final Map<String, Long> used = new LinkedHashMap<>();

  /// Whether this is the first time; a nonce counts per consumer, token and timestamp.
  synchronized boolean first(OAuthHeader header, long now) {
    var oldest = used.entrySet().iterator();
    while (oldest.hasNext()) {
      if (oldest.next().getValue() >= now && used.size() < MOST) {
        break;
      }
      oldest.remove();
    }
    var nonce =
        String.join(
            "\n",
            header.consumerKey(),
            header.token(),
            Long.toString(header.timestamp()),
            header.nonce());
    return used.putIfAbsent(nonce, now + 2 * OAuth.WINDOW_SECONDS) == null;
  }
}
