package io.rackstead.access;

import io.rackstead.access.OidcSignIn.Begun;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.store.Database;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Signing in with somebody else's word for it: the provider's settings, the way there and back.
public final class OidcApi {
  static final String CALLBACK = "/api/session/oidc/callback";
  private static final String COOKIE = "rackstead_oidc";
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int MOST = 1000;

  private final Database database;
  private final Vault vault;
  private final Users users;
  private final Sessions sessions;
  private final InstantSource clock;
  private final Map<String, Waiting> begun =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Waiting> eldest) {
          return size() > MOST;
        }
      };

  private record Waiting(Begun way, OidcSignIn signIn, SignInProvider provider, Instant until) {}

  public OidcApi(
      Database database, Vault vault, Users users, Sessions sessions, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.users = users;
    this.sessions = sessions;
    this.clock = clock;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/session/ways", Access.PUBLIC, _ -> ways()),
        Route.get("/api/session/oidc", Access.PUBLIC, this::begin),
        Route.get(CALLBACK, Access.PUBLIC, this::end),
        Route.get("/api/sign-in-provider", Access.ADMIN, _ -> read()),
        Route.put("/api/sign-in-provider", Access.ADMIN, this::change),
        Route.delete("/api/sign-in-provider", Access.ADMIN, this::remove));
  }

  private Optional<SignInProvider> provider() {
    return database.read(SignInProvider::find);
  }

  private SignInProvider wanted() {
    return provider()
        .orElseThrow(() -> new Problem(404, "there is no sign-in provider: people have passwords"));
  }

  /// What the sign-in page offers: a password always, and the provider by its name.
  private record Ways(boolean password, Optional<String> provider) {}

  private Reply ways() {
    return Reply.json(new Ways(true, provider().map(SignInProvider::name)));
  }

  private Reply read() {
    return Reply.json(wanted().shape());
  }

  /// Takes the settings when the provider answers to them.
  private Reply change(Request request) {
    var json = request.json();
    var provider = SignInProvider.of(json);
    var secret = Optional.of(json.path("client_secret").asText("")).filter(text -> !text.isEmpty());
    var known = database.read(tx -> SignInProvider.secret(tx, vault));
    if (secret.isEmpty() && known.reveal().isEmpty()) {
      throw new Problem(400, "client_secret is missing: the provider gives it with the client_id");
    }
    var _ = OidcSignIn.with(provider, secret.map(Secret::of).orElse(known));
    database.change(tx -> {
      provider.store(tx, vault, secret.map(Secret::of));
      Audit.write(
          tx, clock.instant(), Origin.of(request), "people may sign in with " + provider.issuer());
    });
    return read();
  }

  private Reply remove(Request request) {
    database.change(tx -> {
      SignInProvider.remove(tx, vault);
      Audit.write(tx, clock.instant(), Origin.of(request), "people sign in with passwords only");
    });
    return Reply.none();
  }

  private Reply begin(Request request) {
    var provider = wanted();
    var signIn = OidcSignIn.with(provider, database.read(tx -> SignInProvider.secret(tx, vault)));
    var way = signIn.begin(back(provider, request));
    synchronized (begun) {
      begun.values().removeIf(waiting -> waiting.until().isBefore(clock.instant()));
      begun.put(way.state(), new Waiting(way, signIn, provider, clock.instant().plus(PATIENCE)));
    }
    // Lax: the provider's page leads back to us. It ties the way back to this browser, so that
    // nobody can be signed in as somebody else by a link
    return redirect(
        way.to().toString(),
        COOKIE
            + "="
            + way.state()
            + "; Path=/api/session/oidc; Max-Age="
            + PATIENCE.toSeconds()
            + "; HttpOnly; SameSite=Lax"
            + (request.secure() ? "; Secure" : ""));
  }

  private static URI back(SignInProvider provider, Request request) {
    if (!provider.redirectUri().isEmpty()) {
      return URI.create(provider.redirectUri());
    }
    var host = request.header("Host").orElse("");
    if (!host.matches("[A-Za-z0-9.\\-\\[\\]:]{1,260}")) {
      throw new Problem(400, "the request names no host to come back to");
    }
    return URI.create((request.secure() ? "https://" : "http://") + host + CALLBACK);
  }

  private Reply end(Request request) {
    var state = request.query("state").orElse("");
    Optional<Waiting> found;
    synchronized (begun) {
      found = Optional.ofNullable(begun.remove(state));
    }
    var waiting =
        found
            .filter(one -> one.until().isAfter(clock.instant()))
            .filter(_ -> cookie(request).equals(Optional.of(state)))
            .orElseThrow(() ->
                new Problem(
                    403, "this way back is not known here, or too old: sign in again at /MAAS/"));
    var name = waiting.provider().name();
    request
        .query("error")
        .ifPresent(error -> {
          throw new Problem(
              403,
              "sign-in with %s failed: %s %s"
                  .formatted(name, error, request.query("error_description").orElse("")));
        });
    var code =
        request
            .query("code")
            .orElseThrow(() -> new Problem(400, "sign-in with " + name + " brought no code"));
    var person = waiting.signIn().end(waiting.way(), code);
    var user =
        users.signedIn(
            person,
            waiting.provider(),
            new Origin("provider:" + name, request.client().getHostAddress()));
    return redirect(
        "/MAAS/",
        SessionApi.cookie(
            sessions.open(user.username()), Sessions.LIFE.toSeconds(), request.secure()));
  }

  private static Optional<String> cookie(Request request) {
    return request.header("Cookie").stream()
        .flatMap(header -> Arrays.stream(header.split(";")))
        .map(String::strip)
        .filter(one -> one.startsWith(COOKIE + "="))
        .map(one -> one.substring(COOKIE.length() + 1))
        .findFirst();
  }

  private static Reply redirect(String to, String cookie) {
    return new Reply.Whole(
        303, "text/plain", new byte[0], Map.of("Location", to, "Set-Cookie", cookie));
  }
}
