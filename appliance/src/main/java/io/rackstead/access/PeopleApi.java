package io.rackstead.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Grants.Grant;
import io.rackstead.access.Grants.Group;
import io.rackstead.access.Principal.Role;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Users, groups, the roles they have in pools, and what everybody did, in our own API.
public final class PeopleApi {
  private static final int PAGE = 200;
  private final Database database;
  private final Users users;
  private final Grants grants;

  public PeopleApi(Database database, Users users, Grants grants) {
    this.database = database;
    this.users = users;
    this.grants = grants;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/users", Access.AUDIT, _ -> list()),
        Route.post("/api/users", Access.ADMIN, this::add),
        Route.put("/api/users/{username}", Access.ADMIN, this::change),
        Route.get("/api/groups", Access.AUDIT, _ -> groups()),
        Route.post("/api/groups", Access.ADMIN, this::addGroup),
        Route.delete("/api/groups/{name}", Access.ADMIN, this::removeGroup),
        Route.put("/api/groups/{name}/members/{username}", Access.ADMIN, this::join),
        Route.delete("/api/groups/{name}/members/{username}", Access.ADMIN, this::leave),
        Route.get("/api/grants", Access.AUDIT, _ -> grants()),
        Route.post("/api/grants", Access.ADMIN, this::give),
        Route.delete("/api/grants/{id}", Access.ADMIN, this::take),
        Route.get("/api/audit", Access.AUDIT, this::audit));
  }

  private Reply list() {
    return Reply.json(
        Map.of("users", database.read(users::list).stream().map(PeopleApi::shown).toList()));
  }

  private static Map<String, Object> shown(User user) {
    return Map.of(
        "username",
        user.username(),
        "role",
        lower(user.role()),
        "email",
        user.email(),
        "local",
        user.local());
  }

  private static String lower(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  private static Role role(JsonNode asked) {
    var text = asked.path("role").asText("");
    return Arrays.stream(Role.values())
        .filter(role -> lower(role).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new Problem(
                400, "role is member, auditor, user, operator or admin, got '" + text + "'"));
  }

  private Reply add(Request request) {
    var asked = request.json();
    var username = asked.path("username").asText("");
    if (database.read(tx -> users.find(tx, username)).isPresent()) {
      throw new Problem(409, "there is a user " + username + " already");
    }
    try {
      return Reply.json(
          shown(
              users.set(
                  username,
                  Secret.of(asked.path("password").asText("")),
                  role(asked),
                  asked.path("email").asText(""),
                  Origin.of(request))));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  /// The role of somebody else; one's own stays, so that there is always an administrator.
  private Reply change(Request request) {
    var username = request.part("username");
    var role = role(request.json());
    if (username.equals(request.principal().username())) {
      throw new Problem(409, "nobody changes their own role: ask another administrator");
    }
    database.change(tx -> {
      user(tx, username);
      users.role(tx, username, role, Origin.of(request));
    });
    return Reply.none();
  }

  private void user(Tx tx, String username) {
    if (users.find(tx, username).isEmpty()) {
      throw new Problem(404, "no user " + username);
    }
  }

  private Reply groups() {
    return Reply.json(
        Map.of(
            "groups", database.read(grants::groups).stream().map(PeopleApi::shownGroup).toList()));
  }

  private static Map<String, Object> shownGroup(Group group) {
    return Map.of("name", group.name(), "members", group.members());
  }

  private Reply addGroup(Request request) {
    var name = request.json().path("name").asText("");
    try {
      return Reply.json(
          shownGroup(database.inTransaction(tx -> grants.addGroup(tx, name, Origin.of(request)))));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Group group(Tx tx, String name) {
    return grants.group(tx, name).orElseThrow(() -> new Problem(404, "no group " + name));
  }

  private Reply done(Consumer<Tx> work) {
    database.change(work);
    return Reply.none();
  }

  private Reply removeGroup(Request request) {
    return done(tx -> grants.removeGroup(tx, group(tx, request.part("name")), Origin.of(request)));
  }

  private Reply join(Request request) {
    return done(tx -> {
      user(tx, request.part("username"));
      grants.join(
          tx, group(tx, request.part("name")), request.part("username"), Origin.of(request));
    });
  }

  private Reply leave(Request request) {
    return done(tx ->
        grants.leave(
            tx, group(tx, request.part("name")), request.part("username"), Origin.of(request)));
  }

  private Reply grants() {
    return Reply.json(
        Map.of("grants", database.read(grants::list).stream().map(PeopleApi::shownGrant).toList()));
  }

  private static Map<String, Object> shownGrant(Grant grant) {
    return Map.of(
        "id",
        grant.id(),
        "pool",
        grant.pool(),
        "user",
        grant.username(),
        "group",
        grant.group(),
        "role",
        lower(grant.role()));
  }

  private Reply give(Request request) {
    var asked = request.json();
    var pool = asked.path("pool").asText("");
    var username = asked.path("user").asText("");
    var group = asked.path("group").asText("");
    var role = role(asked);
    if (pool.isEmpty() || pool.length() > 100) {
      throw new Problem(400, "pool is a resource pool's name, or * for everywhere");
    }
    if (username.isEmpty() == group.isEmpty()) {
      throw new Problem(400, "a role is given to a user or to a group: say one of them");
    }
    return Reply.json(
        shownGrant(
            database.inTransaction(tx -> {
              if (group.isEmpty()) {
                user(tx, username);
                return grants.giveUser(tx, pool, username, role, Origin.of(request));
              }
              return grants.giveGroup(tx, pool, group(tx, group), role, Origin.of(request));
            })));
  }

  private Reply take(Request request) {
    long id = number(request.part("id"), "no grant ");
    return done(tx -> {
      if (!grants.take(tx, id, Origin.of(request))) {
        throw new Problem(404, "no grant " + id);
      }
    });
  }

  private static long number(String text, String otherwise) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Problem(404, otherwise + text, e);
    }
  }

  private Reply audit(Request request) {
    long before =
        request.query("before").map(text -> number(text, "no row ")).orElse(Long.MAX_VALUE);
    return Reply.json(Map.of("rows", database.read(tx -> Audit.before(tx, before, PAGE))));
  }
}
