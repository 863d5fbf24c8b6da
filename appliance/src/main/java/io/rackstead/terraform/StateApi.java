package io.rackstead.terraform;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal;
import io.rackstead.access.Vault;
import io.rackstead.agent.Sha256;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Terraform's `http` backend: a state by person and path, one lock for each, every version kept. A
/// state holds secrets, so none of it is for keys that only read, nor for auditors.
public final class StateApi {
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
  private static final int STATES = 500;
  private static final int LOCK_BYTES = 16 << 10;

  private final Database database;
  private final StateStore store;
  private final InstantSource clock;

  /// @param lock what its holder says of it
  private record Shown(
      String username, String path, long version, boolean locked, JsonNode lock, int versions) {}

  public StateApi(Database database, Vault vault, InstantSource clock) {
    this.database = database;
    this.store = new StateStore(vault);
    this.clock = clock;
  }

  public List<Route> routes() {
    var one = "/api/terraform/{username}/{path...}";
    return List.of(
        Route.get("/api/terraform", Access.OPERATE, this::list),
        Route.get(one, Access.OPERATE, this::read),
        Route.post(one, Access.OPERATE, this::write),
        Route.delete(one, Access.OPERATE, this::delete),
        new Route(Method.LOCK, one, Access.OPERATE, this::lock),
        new Route(Method.UNLOCK, one, Access.OPERATE, this::unlock));
  }

  private static boolean theirs(Principal principal, String username) {
    return principal.username().equals(username) || principal.may(Access.ADMIN);
  }

  private Reply list(Request request) {
    return Reply.json(
        Map.of(
            "states",
            database.read(tx ->
                store.list(tx).stream()
                    .filter(state -> theirs(request.principal(), state.username()))
                    .map(state -> shown(tx, state))
                    .toList())));
  }

  private Shown shown(Tx tx, Kept state) {
    return new Shown(
        state.username(),
        state.path(),
        state.head(),
        state.locked(),
        info(state),
        store.versions(tx, state).size());
  }

  private static JsonNode info(Kept state) {
    return state.locked()
        ? Json.parse(state.lockInfo().getBytes(StandardCharsets.UTF_8))
        : Json.instance().createObjectNode();
  }

  private static String path(Request request) {
    var path = request.part("path");
    if (!theirs(request.principal(), request.part("username"))) {
      throw absent(request);
    }
    if (!PATH.matcher(path).matches()) {
      throw new Problem(
          400, "a state's path has letters, digits and . _ - /, at most 200 of them, got " + path);
    }
    return path;
  }

  private static Problem absent(Request request) {
    return new Problem(404, "no state " + request.part("path") + " of " + request.part("username"));
  }

  private Kept there(Tx tx, Request request) {
    return store
        .find(tx, request.part("username"), path(request))
        .orElseThrow(() -> absent(request));
  }

  /// Their own is made when it is first locked or written.
  private Kept made(Tx tx, Request request) {
    var username = request.part("username");
    var path = path(request);
    var there = store.find(tx, username, path);
    if (there.isPresent()) {
      return there.get();
    }
    if (!username.equals(request.principal().username())) {
      throw absent(request);
    }
    long many = store.list(tx).stream().filter(state -> state.username().equals(username)).count();
    if (many >= STATES) {
      throw new Problem(409, username + " has " + many + " states, more are not kept");
    }
    return store.findOrMake(tx, username, path);
  }

  private Reply read(Request request) {
    if (request.query("versions").isPresent()) {
      return Reply.json(
          Map.of("versions", database.read(tx -> store.versions(tx, there(tx, request)))));
    }
    var content =
        database.read(tx -> {
          var state = there(tx, request);
          return store.read(
              tx, state, request.query("version").map(StateApi::number).orElse(state.head()));
        });
    return Reply.bytes("application/json", content.orElseThrow(() -> absent(request)));
  }

  private static long number(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new Problem(400, "a version is a number, got " + text);
    }
    return Long.parseLong(text);
  }

  private Reply write(Request request) {
    var content = request.body();
    if (!request.json().isObject()) {
      throw new Problem(400, "a state is a JSON object");
    }
    request.header("Content-MD5").ifPresent(sum -> whole(sum, content));
    var lock = request.query("ID").orElse("");
    return database.inTransaction(tx -> {
      var state = made(tx, request);
      if (state.locked() && !state.lockId().equals(lock)) {
        return held(state);
      }
      if (!state.locked() && !lock.isEmpty()) {
        throw new Problem(
            409,
            "the lock %s is not held any more: somebody has taken it away, so this is not written"
                .formatted(lock));
      }
      var sha256 = Sha256.hex(content);
      var versions = store.versions(tx, state);
      boolean again =
          state.head() > 0
              && versions.stream()
                  .anyMatch(v -> v.version() == state.head() && v.sha256().equals(sha256));
      if (!again) {
        store.write(tx, state, content, sha256, clock.instant(), request.principal().username());
      }
      return Reply.json(Map.of());
    });
  }

  private static void whole(String sum, byte[] content) {
    try {
      var md5 = MessageDigest.getInstance("MD5").digest(content);
      if (!Base64.getEncoder().encodeToString(md5).equals(sum.strip())) {
        throw new Problem(400, "the state did not arrive whole: its Content-MD5 is another");
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  /// 423 with the holder's own words, as the protocol has it.
  private static Reply held(Kept state) {
    return Reply.json(423, info(state));
  }

  private Reply lock(Request request) {
    var info = request.json();
    var id = info.path("ID").asText("");
    if (id.isEmpty() || id.length() > 200 || request.body().length > LOCK_BYTES) {
      throw new Problem(400, "a lock is JSON with an ID, at most 16 KiB");
    }
    return database.inTransaction(tx -> {
      var state = made(tx, request);
      if (state.locked() && !state.lockId().equals(id)) {
        return held(state);
      }
      store.lock(tx, state, id, info.toString());
      return Reply.json(info);
    });
  }

  /// Without a body it is `force-unlock`: the client has lost what it locked with, and a person
  /// says so.
  private Reply unlock(Request request) {
    var id = request.body().length == 0 ? "" : request.json().path("ID").asText("");
    return database.inTransaction(tx -> {
      var state = there(tx, request);
      if (state.locked() && !id.isEmpty() && !state.lockId().equals(id)) {
        return held(state);
      }
      if (state.locked() && id.isEmpty()) {
        audit(tx, request, "took away the lock %s of".formatted(state.lockId()));
      }
      store.lock(tx, state, "", "");
      return Reply.json(Map.of());
    });
  }

  /// What was written before can still be read by its version, unless all are to go.
  private Reply delete(Request request) {
    return database.inTransaction(tx -> {
      var state = there(tx, request);
      if (state.locked() && !state.lockId().equals(request.query("ID").orElse(""))) {
        return held(state);
      }
      if (request.query("versions").filter("all"::equals).isPresent()) {
        store.forget(tx, state);
      } else {
        store.head(tx, state, 0);
      }
      audit(tx, request, "deleted");
      return Reply.json(new LinkedHashMap<>());
    });
  }

  private void audit(Tx tx, Request request, String what) {
    Audit.write(
        tx,
        clock.instant(),
        Origin.of(request),
        "%s the Terraform state %s of %s"
            .formatted(what, request.part("path"), request.part("username")));
  }
}
