package io.rackstead.access;

import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An OAuth 1.0 `Authorization` header (RFC 5849 §3.5.1) as real clients send it: in any order,
/// with or without spaces and quotes, with or without a realm.
record OAuthHeader(
    String consumerKey,
    String token,
    String method,
    String signature,
    long timestamp,
    String nonce,
    Map<String, String> signed) {
  private static final String SCHEME = "oauth ";

  /// Empty when the header is not OAuth's at all.
  static Optional<OAuthHeader> parse(String header) {
    if (!header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    var values = new LinkedHashMap<String, String>();
    for (var pair : split(header.substring(SCHEME.length()))) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        var value = pair.substring(equals + 1).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        var name = pair.substring(0, equals).strip();
        var given = Encoding.decode(quoted ? value.substring(1, value.length() - 1) : value, true);
        if (values.put(name, given) != null) {
          throw new Problem(401, "Authorization Error: " + name + " stands twice in the header.");
        }
      }
    }
    var signature = wanted(values, "oauth_signature");
    var signed = new LinkedHashMap<>(values);
    signed.remove("oauth_signature");
    signed.remove("realm");
    return Optional.of(
        new OAuthHeader(
            wanted(values, "oauth_consumer_key"),
            wanted(values, "oauth_token"),
            wanted(values, "oauth_signature_method"),
            signature,
            seconds(wanted(values, "oauth_timestamp")),
            wanted(values, "oauth_nonce"),
            signed));
  }

  /// At commas outside of quotes.
  private static List<String> split(String text) {
    var pairs = new ArrayList<String>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      quoted ^= c == '"';
      if (c == ',' && !quoted) {
        pairs.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    pairs.add(text.substring(start).strip());
    return pairs;
  }

  private static String wanted(Map<String, String> values, String name) {
    var value = values.get(name);
    if (value == null) {
      throw new Problem(401, "Authorization Error: missing parameter " + name + " in the header.");
    }
    return value;
  }

  private static long seconds(String timestamp) {
    try {
      return Long.parseLong(timestamp.strip());
    } catch (NumberFormatException e) {
      throw new Problem(400, "oauth_timestamp is seconds since 1970, got " + timestamp, e);
    }
  }
}
