package io.rackstead.access;

import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import java.time.Instant;
import java.util.Locale;

/// How an installed system signs its requests to the metadata service: OAuth 1.0 PLAINTEXT, as
/// cloud-init and curtin do. It is only read and dated here; whose secret it is, the caller knows.
///
/// @param consumer the machine that it says it is
public record NodeSignature(String consumer, String token, String secret) {
  /// A clock more than 300 s off is a 401; those clients set theirs from the answer's `Date`.
  public static NodeSignature of(Request request, Instant now) {
    var header =
        request
            .header("Authorization")
            .flatMap(OAuthHeader::parse)
            .orElseThrow(() -> new Problem(401, "Authorization Error: no node's key was given."));
    OAuth.checkTime(header.timestamp(), now.getEpochSecond());
    // a weaker or other method never stands in for the one that nodes speak
    if (!header.method().toUpperCase(Locale.ROOT).equals("PLAINTEXT")
        || !header.signature().startsWith("&")) {
      throw new Problem(401, "Authorization Error: a node signs with PLAINTEXT, &SECRET.");
    }
    return new NodeSignature(header.consumerKey(), header.token(), header.signature().substring(1));
  }
}
