package io.rackstead.access;

import io.rackstead.access.SshKeys.SshKey;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.store.Database;
import java.util.List;
import java.util.Map;

/// The public SSH keys of whoever asks, in our own API.
public final class SshKeyApi {
  private static final int LIMIT = 100;

  private final Database database;
  private final SshKeys keys;

  public SshKeyApi(Database database, SshKeys keys) {
    this.database = database;
    this.keys = keys;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/ssh-keys", Access.VIEW, this::list),
        Route.post("/api/ssh-keys", Access.SELF, this::add),
        Route.delete("/api/ssh-keys/{id}", Access.SELF, this::remove));
  }

  private Reply list(Request request) {
    return Reply.json(
        Map.of(
            "keys",
            database.read(tx -> keys.of(tx, request.principal().username())).stream()
                .map(SshKeyApi::shown)
                .toList()));
  }

  private Reply add(Request request) {
    var text = request.json().path("key").asText("");
    var username = request.principal().username();
    try {
      return Reply.json(
          database.inTransaction(tx -> {
            var known = keys.of(tx, username);
            if (known.size() >= LIMIT) {
              throw new Problem(409, username + " has " + LIMIT + " keys already: remove some");
            }
            return shown(
                known.stream()
                    .filter(key -> key.text().equals(text.strip()))
                    .findFirst()
                    .orElseGet(() -> keys.add(tx, username, text, Origin.of(request))));
          }));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Reply remove(Request request) {
    var id = request.part("id");
    database.change(tx ->
        keys.of(tx, request.principal().username()).stream()
            .filter(key -> Long.toString(key.id()).equals(id))
            .findFirst()
            .ifPresentOrElse(
                key -> keys.remove(tx, key, Origin.of(request)),
                () -> {
                  throw new Problem(404, "no SSH key " + id + " of yours");
                }));
    return Reply.none();
  }

  private static Map<String, Object> shown(SshKey key) {
    return Map.of("id", Long.toString(key.id()), "text", key.text());
  }
}
