package io.rackstead.access;

import io.rackstead.http.Authenticator;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import io.rackstead.http.Route.Method;
import io.rackstead.store.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Finds out who asks: by an API key (OAuth 1.0) or by a browser's session.
public final class Doorman implements Authenticator {
  static final String COOKIE = "rackstead_session";

  private final Database database;
  private final Users users;
  private final Sessions sessions;
  private final OAuth oauth;

  /// @param plaintextFrom networks (CIDR) where PLAINTEXT keys are accepted beside loopback and TLS
  public Doorman(
      Database database,
      Users users,
      ApiKeys keys,
      Sessions sessions,
      InstantSource clock,
      List<String> plaintextFrom) {
    this.database = database;
    this.users = users;
    this.sessions = sessions;
    var trusted = plaintextFrom.stream().map(Cidr::parse).toList();
    this.oauth =
        new OAuth(
            database,
            keys,
            clock,
            request ->
                request.secure()
                    || request.client().isLoopbackAddress()
                    || trusted.stream().anyMatch(cidr -> cidr.contains(request.client())));
  }

  @Override
  public Principal authenticate(Request request) {
    var oauthHeader = request.header("Authorization").flatMap(OAuthHeader::parse);
    if (oauthHeader.isPresent()) {
      return allowed(oauth.verify(oauthHeader.get(), request));
    }
    // Terraform has no other way; elsewhere a browser could be made to send it for a foreign page
    var basic =
        request
            .header("Authorization")
            .filter(header -> header.startsWith(OAuth.BASIC))
            .filter(_ -> request.path().startsWith("/api/terraform"));
    if (basic.isPresent()) {
      return allowed(oauth.verifyBasic(basic.get(), request));
    }
    var principal = cookie(request).flatMap(sessions::username).flatMap(this::user);
    if (principal.isEmpty()) {
      throw new Problem(
          401,
          request.path().startsWith("/MAAS/api/")
              ? "Authorization Error: no API key was given."
              : "nobody is signed in: sign in at /MAAS/, or send an API key (OAuth 1.0)");
    }
    boolean write = request.method() != Method.GET && request.method() != Method.HEAD;
    if (write && !request.header("X-Rackstead").orElse("").equals("page")) {
      throw new Problem(
          403,
          "a write with a session cookie needs the header X-Rackstead: page (no page of others can set it)");
    }
    return principal.get();
  }

  private Principal allowed(ApiKey key) {
    return user(key.username())
        .map(principal -> principal.within(key.scope()))
        .orElseThrow(() -> new Problem(401, "Authorization Error: Invalid API key."));
  }

  private Optional<Principal> user(String username) {
    return database.read(tx -> users.find(tx, username).map(user -> Grants.principal(tx, user)));
  }

  static Optional<String> cookie(Request request) {
    for (var pair : request.header("Cookie").orElse("").split(";", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).strip().equals(COOKIE)) {
        return Optional.of(pair.substring(equals + 1).strip());
      }
    }
    return Optional.empty();
  }
}
