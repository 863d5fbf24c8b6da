package io.rackstead.access;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// Signing in and out with a browser.
public final class SessionApi {
  private final Users users;
  private final Sessions sessions;
  private final Backoff backoff;

  public SessionApi(Users users, Sessions sessions, InstantSource clock) {
    this.users = users;
    this.sessions = sessions;
    this.backoff = new Backoff(clock);
  }

  public List<Route> routes() {
    return List.of(
        Route.post("/api/session", Access.PUBLIC, this::signIn),
        Route.get("/api/session", Access.VIEW, request -> who(request.principal())),
        Route.delete("/api/session", Access.PUBLIC, this::signOut));
  }

  /// Checks a password with the back-off that guards it; [Problem] 401 or 429.
  public User checked(Request request, String username, Secret password) {
    var who = request.client().getHostAddress() + " " + username;
    backoff
        .wait(who)
        .ifPresent(wait -> {
          throw new Problem(
              429,
              "too many wrong passwords for "
                  + username
                  + " from here: try again in "
                  + (wait.toSeconds() + 1)
                  + " s");
        });
    var user = users.signIn(username, password);
    if (user.isEmpty()) {
      backoff.wrong(who);
      throw new Problem(401, "wrong username or password");
    }
    backoff.right(who);
    return user.get();
  }

  private Reply signIn(Request request) {
    var asked = request.json();
    var user =
        checked(
            request,
            asked.path("username").asText(""),
            Secret.of(asked.path("password").asText("")));
    var token = sessions.open(user.username());
    return withCookie(
        who(new Principal(user.username(), user.role())),
        token,
        Sessions.LIFE.toSeconds(),
        request.secure());
  }

  private Reply signOut(Request request) {
    Doorman.cookie(request).ifPresent(sessions::close);
    return withCookie(
        new Reply.Whole(204, "text/plain", new byte[0], Map.of()), "", 0, request.secure());
  }

  private static Reply.Whole who(Principal principal) {
    return (Reply.Whole)
        Reply.json(
            Map.of(
                "username",
                principal.username(),
                "role",
                principal.role().name().toLowerCase(java.util.Locale.ROOT)));
  }

  private static Reply withCookie(Reply.Whole reply, String token, long seconds, boolean secure) {
    return new Reply.Whole(
        reply.status(),
        reply.contentType(),
        reply.body(),
        Map.of("Set-Cookie", cookie(token, seconds, secure)));
  }

  static String cookie(String token, long seconds, boolean secure) {
    return Doorman.COOKIE
        + "="
        + token
        + "; Path=/; Max-Age="
        + seconds
        + "; HttpOnly; SameSite=Strict"
        + (secure ? "; Secure" : "");
  }
}
