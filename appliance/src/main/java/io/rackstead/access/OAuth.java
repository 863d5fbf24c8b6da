package io.rackstead.access;

import io.rackstead.http.Encoding;
import io.rackstead.http.Form;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.store.Database;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Verifies OAuth 1.0 (RFC 5849) with MAAS's keys: PLAINTEXT where nobody can listen, HMAC-SHA1 and
/// HMAC-SHA256 anywhere.
final class OAuth {
  static final long WINDOW_SECONDS = 300;
  static final String BASIC = "Basic ";

  private final Database database;
  private final ApiKeys keys;
  private final InstantSource clock;
  private final Predicate<Request> mayBePlain;
  private final Nonces nonces;
  private final Backoff backoff;

  OAuth(Database database, ApiKeys keys, InstantSource clock, Predicate<Request> mayBePlain) {
    this.database = database;
    this.keys = keys;
    this.clock = clock;
    this.mayBePlain = mayBePlain;
    this.nonces = new Nonces(database);
    this.backoff = new Backoff(clock);
  }

  /// The key that signed this.
  ApiKey verify(OAuthHeader header, Request request) {
    long now = clock.instant().getEpochSecond();
    checkTime(header.timestamp(), now);
    var key =
        database
            .read(tx -> keys.find(tx, header.token()))
            .filter(found -> found.consumerKey().equals(header.consumerKey()))
            .orElseThrow(OAuth::wrongKey);
    var who = who(header, request);
    backoff
        .wait(who)
        .ifPresent(wait -> {
          throw new Problem(
              429,
              "Authorization Error: too many wrong signatures with this API key from here: try"
                  + " again in %d s.".formatted(wait.toSeconds() + 1));
        });
    switch (header.method().toUpperCase(Locale.ROOT)) {
      case "PLAINTEXT" -> plaintext(header, key, request);
      case "HMAC-SHA1" -> hmac("HmacSHA1", header, key, request);
      case "HMAC-SHA256" -> hmac("HmacSHA256", header, key, request);
      default ->
          throw new Problem(
              401,
              "Authorization Error: signature method "
                  + header.method()
                  + " is not spoken here: PLAINTEXT, HMAC-SHA1, HMAC-SHA256.");
    }
    if (key.expired(clock.instant())) {
      throw new Problem(
          401,
          "Authorization Error: the API key '%s' expired on %s: make a new one."
              .formatted(key.name(), key.expiresAt().map(Object::toString).orElse("")));
    }
    backoff.right(who);
    keys.used(database, key);
    return key;
  }

  /// A key as a password, for programs that speak no OAuth: what it gives is PLAINTEXT's, and so
  /// are its conditions.
  ApiKey verifyBasic(String header, Request request) {
    String[] given;
    try {
      var text =
          new String(
              Base64.getDecoder().decode(header.substring(BASIC.length()).strip()),
              StandardCharsets.UTF_8);
      given = text.split(":", -1);
    } catch (IllegalArgumentException e) {
      throw new Problem(401, "Authorization Error: this is no Basic authorization.", e);
    }
    if (given.length != 4) {
      throw new Problem(
          401, "Authorization Error: the user is your name, the password an API key (a:b:c).");
    }
    var key =
        verify(
            new OAuthHeader(
                given[1],
                given[2],
                "PLAINTEXT",
                "&" + given[3],
                clock.instant().getEpochSecond(),
                "",
                Map.of()),
            request);
    if (!key.username().equals(given[0])) {
      throw wrongKey();
    }
    return key;
  }

  static void checkTime(long timestamp, long now) {
    if (Math.abs(now - timestamp) > WINDOW_SECONDS) {
      long off = Math.abs(now - timestamp);
      throw new Problem(
          401,
          ("Authorization Error: Expired timestamp: given %d and now %d has a greater difference"
                  + " than threshold %d: the client's clock is %d s %s, set it by NTP.")
              .formatted(
                  timestamp, now, WINDOW_SECONDS, off, timestamp < now ? "behind" : "ahead"));
    }
  }

  private void plaintext(OAuthHeader header, ApiKey key, Request request) {
    if (!mayBePlain.test(request)) {
      throw new Problem(
          401,
          "Authorization Error: PLAINTEXT would show the key on this network: use https, sign with"
              + " HMAC-SHA1, or allow "
              + request.client().getHostAddress()
              + " with access.plaintext-from.");
    }
    var wanted = "&" + key.tokenSecret().reveal();
    if (!same(wanted, header.signature())) {
      throw wrongSignature(header, request);
    }
  }

  private void hmac(String algorithm, OAuthHeader header, ApiKey key, Request request) {
    boolean right = false;
    for (var base : baseStrings(header, request)) {
      right |= same(sign(algorithm, key, base), header.signature());
    }
    if (!right) {
      throw wrongSignature(header, request);
    }
    if (!nonces.first(header, clock.instant().getEpochSecond())) {
      throw new Problem(401, "Authorization Error: Nonce already used: " + header.nonce() + ".");
    }
  }

  private static String sign(String algorithm, ApiKey key, String base) {
    try {
      var mac = Mac.getInstance(algorithm);
      var secret = "&" + Encoding.encode(key.tokenSecret().reveal());
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
      return Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /// What a client may have signed (RFC 5849 §3.4.1). One client in use signs only the first value
  /// of a repeated parameter, the fields of a multipart POST too, and no form on PUT.
  private static Set<String> baseStrings(OAuthHeader header, Request request) {
    var form = Form.of(request);
    var fields = form.fields();
    var candidates = new ArrayList<List<Map<String, List<String>>>>();
    if (form.urlEncoded()) {
      candidates.add(List.of(request.query(), fields));
    }
    if (request.method() == Route.Method.POST) {
      candidates.add(List.of(firsts(request.query()), firsts(fields)));
    }
    if (!form.urlEncoded() || request.method() == Route.Method.PUT) {
      candidates.add(List.of(request.query()));
      candidates.add(List.of(firsts(request.query())));
    }
    var bases = new LinkedHashSet<String>();
    var url = Encoding.encode(url(request));
    for (var parameters : candidates) {
      bases.add(
          request.method() + "&" + url + "&" + Encoding.encode(normalized(header, parameters)));
    }
    return bases;
  }

  private static Map<String, List<String>> firsts(Map<String, List<String>> parameters) {
    var firsts = new java.util.LinkedHashMap<String, List<String>>();
    parameters.forEach((name, values) -> firsts.put(name, values.subList(0, 1)));
    return firsts;
  }

  /// RFC 5849 §3.4.1.3.2.
  private static String normalized(OAuthHeader header, List<Map<String, List<String>>> parameters) {
    var pairs = new ArrayList<String[]>();
    header
        .signed()
        .forEach((name, value) ->
            pairs.add(new String[] {Encoding.encode(name), Encoding.encode(value)}));
    for (var map : parameters) {
      map.forEach((name, values) ->
          values.forEach(
              value -> pairs.add(new String[] {Encoding.encode(name), Encoding.encode(value)})));
    }
    pairs.sort((a, b) -> a[0].equals(b[0]) ? a[1].compareTo(b[1]) : a[0].compareTo(b[0]));
    return String.join("&", pairs.stream().map(pair -> pair[0] + "=" + pair[1]).toList());
  }

  /// As the client sees it, also behind a proxy (RFC 5849 §3.4.1.2). Believing the proxy's word
  /// here is safe: a wrong one fits no signature.
  private static String url(Request request) {
    var scheme =
        request
            .header("X-Forwarded-Proto")
            .map(proto -> proto.toLowerCase(Locale.ROOT))
            .filter(proto -> proto.equals("http") || proto.equals("https"))
            .orElse(request.secure() ? "https" : "http");
    var host = request.header("Host").orElse("").toLowerCase(Locale.ROOT);
    var defaultPort = scheme.equals("http") ? ":80" : ":443";
    if (host.endsWith(defaultPort)) {
      host = host.substring(0, host.length() - defaultPort.length());
    }
    return scheme + "://" + host + request.path();
  }

  private static boolean same(String wanted, String given) {
    return MessageDigest.isEqual(
        wanted.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  /// Counted for each key and address: a client with an old secret keeps no other from its work.
  private Problem wrongSignature(OAuthHeader header, Request request) {
    backoff.wrong(who(header, request));
    return wrongKey();
  }

  private static String who(OAuthHeader header, Request request) {
    return request.client().getHostAddress() + " " + header.token();
  }

  private static Problem wrongKey() {
    return new Problem(401, "Authorization Error: Invalid API key.");
  }
}
