package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.ApiKey;
import io.rackstead.access.KeySources;
import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Principal.Scope;
import io.rackstead.access.Secret;
import io.rackstead.access.SessionApi;
import io.rackstead.access.SshKeys.SshKey;
import io.rackstead.access.User;
import io.rackstead.http.Encoding;
import io.rackstead.http.Form;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Users, their API keys and their SSH keys.
final class AccountOperations {
  private static final String USERS = "users/";
  private static final String USER = "users/{username}/";
  private static final String ACCOUNT = "account/";
  private static final String SSH_KEYS = "account/prefs/sshkeys/";
  private static final String SSH_KEY = "account/prefs/sshkeys/{id}/";
  private final Parts parts;
  private final SessionApi sessions;

  AccountOperations(Parts parts, SessionApi sessions) {
    this.parts = parts;
    this.sessions = sessions;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Users", USERS, "whoami", Access.VIEW, this::whoAmI),
        get("Users", USERS, "", Access.VIEW, this::list),
        post("Users", USERS, "", Access.ADMIN, this::create),
        get("User", USER, "", Access.VIEW, call -> Dispatch.json(shape(user(call)))),
        delete("User", USER, Access.ADMIN, this::remove),
        post("Account", ACCOUNT, "create_authorisation_token", Access.SELF, this::makeKey),
        post("Account", ACCOUNT, "delete_authorisation_token", Access.SELF, this::removeKey),
        post("Account", ACCOUNT, "update_token_name", Access.SELF, this::renameKey),
        get("Account", ACCOUNT, "list_authorisation_tokens", Access.SELF, this::listKeys),
        get("SSHKeys", SSH_KEYS, "", Access.VIEW, this::listSshKeys),
        post("SSHKeys", SSH_KEYS, "", Access.SELF, this::addSshKey),
        post("SSHKeys", SSH_KEYS, "import", Access.SELF, this::importSshKeys),
        get("SSHKey", SSH_KEY, "", Access.VIEW, call -> Dispatch.json(sshShape(sshKey(call)))),
        delete("SSHKey", SSH_KEY, Access.SELF, this::removeSshKey));
  }

  static Map<String, Object> shape(User user) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("username", user.username());
    shape.put("email", user.email());
    shape.put("is_superuser", user.administrator());
    shape.put("is_local", user.local());
    shape.put("resource_uri", Dispatch.ROOT + "users/" + Encoding.encode(user.username()) + "/");
    return shape;
  }

  private Reply whoAmI(Call call) {
    var principal = call.principal();
    var user = parts.database().read(tx -> parts.users().find(tx, principal.username()));
    return Dispatch.json(
        shape(user.orElseGet(() -> new User(principal.username(), principal.role()))));
  }

  private Reply list(Call call) {
    return Dispatch.json(
        parts.database().read(tx -> parts.users().list(tx)).stream()
            .map(AccountOperations::shape)
            .toList());
  }

  private User user(Call call) {
    return parts
        .database()
        .read(tx -> parts.users().find(tx, call.part("username")))
        .orElseThrow(() -> new Problem(404, "No User matches the given query."));
  }

  private Reply create(Call call) {
    var username = call.wanted("username");
    var password = Secret.of(call.wanted("password"));
    boolean superuser = call.truth("is_superuser").orElse(false);
    if (parts.database().read(tx -> parts.users().find(tx, username)).isPresent()) {
      throw FormErrors.of("username", "A user with that username already exists.");
    }
    try {
      var role = superuser ? Role.ADMIN : Role.USER;
      return Dispatch.json(
          shape(
              parts
                  .users()
                  .set(
                      username,
                      password,
                      role,
                      call.text("email").orElse(""),
                      Origin.of(call.request()))));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("username", String.valueOf(e.getMessage()));
    }
  }

  private Reply remove(Call call) {
    var user = parts.database().read(tx -> parts.users().find(tx, call.part("username")));
    if (user.isEmpty()) {
      return Reply.none();
    }
    var username = user.get().username();
    if (username.equals(call.principal().username())) {
      throw new Problem(400, "Cannot delete your own user.");
    }
    var theirs =
        parts.machines().list().stream()
            .filter(machine -> machine.labels().owner().equals(username))
            .toList();
    var heir = call.text("transfer_resources_to").filter(name -> !name.isEmpty());
    if (!theirs.isEmpty() && heir.isEmpty()) {
      throw new Problem(
          400,
          "Cannot delete user %s: they have machines (%s): release them or say"
                  .formatted(
                      username,
                      String.join(
                          ", ",
                          theirs.stream().limit(5).map(machine -> machine.hostname()).toList()))
              + " transfer_resources_to.");
    }
    heir.ifPresent(name -> {
      if (name.equals(username)
          || parts.database().read(tx -> parts.users().find(tx, name)).isEmpty()) {
        throw new Problem(400, "transfer_resources_to: there is no such other user: " + name + ".");
      }
      theirs.forEach(
          machine -> parts.verbs().edit(call.request(), machine, machine.labels().withOwner(name)));
    });
    parts
        .database()
        .change(tx -> {
          parts
              .keys()
              .of(tx, username)
              .forEach(key ->
                  parts.keys().remove(tx, username, key.tokenKey(), Origin.of(call.request())));
          parts.users().remove(tx, username, Origin.of(call.request()));
        });
    return Reply.none();
  }

  private static Map<String, Object> keyShape(ApiKey key) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("name", key.name());
    shape.put("token_key", key.tokenKey());
    shape.put("token_secret", key.tokenSecret().reveal());
    shape.put("consumer_key", key.consumerKey());
    return shape;
  }

  private Reply makeKey(Call call) {
    var name = call.text("name").filter(text -> !text.isEmpty()).orElse("MAAS consumer");
    var username = call.principal().username();
    var scope = call.text("scope").filter(text -> !text.isEmpty()).map(this::scope);
    var end = call.text("expires_at").filter(text -> !text.isEmpty()).map(this::later);
    return Dispatch.json(
        keyShape(
            parts
                .database()
                .inTransaction(tx ->
                    parts
                        .keys()
                        .make(
                            tx,
                            username,
                            shortened(name),
                            scope.orElse(Scope.FULL),
                            end,
                            Origin.of(call.request())))));
  }

  private Scope scope(String text) {
    return Arrays.stream(Scope.values())
        .filter(scope -> scope.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(() -> FormErrors.of("scope", "scope is read, operate or full."));
  }

  private Instant later(String text) {
    try {
      var end = Instant.parse(text);
      if (end.isAfter(parts.clock().instant())) {
        return end;
      }
    } catch (DateTimeParseException _) {
      throw FormErrors.of("expires_at", "expires_at is a time such as 2027-01-31T00:00:00Z.");
    }
    throw FormErrors.of("expires_at", "expires_at lies in the past.");
  }

  private static String shortened(String name) {
    return name.length() > 200 ? name.substring(0, 200) : name;
  }

  private Reply removeKey(Call call) {
    var key = call.wanted("token_key");
    var username = call.principal().username();
    boolean done =
        parts
            .database()
            .inTransaction(tx -> parts.keys().remove(tx, username, key, Origin.of(call.request())));
    if (!done) {
      throw new Problem(404, "No Token matches the given query.");
    }
    return Reply.none();
  }

  private Reply renameKey(Call call) {
    var token = call.wanted("token");
    // the whole key or its middle part
    var tokenKey = token.contains(":") ? token.split(":", -1)[1] : token;
    var name = shortened(call.wanted("name"));
    var username = call.principal().username();
    boolean done =
        parts
            .database()
            .inTransaction(
                tx -> parts.keys().rename(tx, username, tokenKey, name, Origin.of(call.request())));
    if (!done) {
      throw new Problem(404, "No Token matches the given query.");
    }
    return Reply.text(202, "Accepted");
  }

  private Reply listKeys(Call call) {
    return Dispatch.json(
        parts.database().read(tx -> parts.keys().of(tx, call.principal().username())).stream()
            .map(AccountOperations::listed)
            .toList());
  }

  private static Map<String, Object> listed(ApiKey key) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("name", key.name());
    shape.put("token", key.reveal());
    shape.put("scope", key.scope().name().toLowerCase(Locale.ROOT));
    shape.put("expires_at", key.expiresAt());
    shape.put("last_used", key.lastUsedAt());
    return shape;
  }

  private static Map<String, Object> sshShape(SshKey key) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", key.id());
    shape.put("key", key.text());
    shape.put("keysource", key.source());
    shape.put("resource_uri", Dispatch.ROOT + SSH_KEYS + key.id() + "/");
    return shape;
  }

  private Reply listSshKeys(Call call) {
    return Dispatch.json(
        parts.database().read(tx -> parts.sshKeys().of(tx, call.principal().username())).stream()
            .map(AccountOperations::sshShape)
            .toList());
  }

  private Reply addSshKey(Call call) {
    var text = call.wanted("key");
    var username = call.principal().username();
    try {
      var key =
          parts
              .database()
              .inTransaction(tx -> {
                boolean there =
                    parts.sshKeys().of(tx, username).stream()
                        .anyMatch(known -> known.text().equals(text.strip()));
                if (there) {
                  throw FormErrors.of("key", "This key has already been added for this user.");
                }
                return parts.sshKeys().add(tx, username, text, Origin.of(call.request()));
              });
      return Dispatch.json(201, sshShape(key));
    } catch (IllegalArgumentException e) {
      throw FormErrors.of("key", "Invalid SSH public key: " + e.getMessage());
    }
  }

  /// Those that are new of what the source publishes; nothing is fetched while the database waits.
  private Reply importSshKeys(Call call) {
    var source = call.wanted("keysource").strip();
    var username = call.principal().username();
    List<String> found;
    try {
      found = parts.surroundings().keySources().fetch(source);
    } catch (KeySources.NoKeys e) {
      throw FormErrors.of("keysource", "Unable to import SSH keys: " + e.getMessage() + ".");
    }
    return Dispatch.json(
        parts
            .database()
            .inTransaction(tx -> {
              var known = parts.sshKeys().of(tx, username).stream().map(SshKey::text).toList();
              return found.stream()
                  .filter(text -> !known.contains(text))
                  .map(text ->
                      parts
                          .sshKeys()
                          .add(tx, username, text, Optional.of(source), Origin.of(call.request())))
                  .map(AccountOperations::sshShape)
                  .toList();
            }));
  }

  private SshKey sshKey(Call call) {
    long id;
    try {
      id = Long.parseLong(call.part("id"));
    } catch (NumberFormatException e) {
      throw new Problem(404, "No SSHKey matches the given query.", e);
    }
    return parts
        .database()
        .read(tx -> parts.sshKeys().find(tx, id))
        .orElseThrow(() -> new Problem(404, "No SSHKey matches the given query."));
  }

  private Reply removeSshKey(Call call) {
    var key = sshKey(call);
    if (!key.username().equals(call.principal().username())) {
      throw new Problem(403, "Can't delete a key you don't own.");
    }
    parts.database().change(tx -> parts.sshKeys().remove(tx, key, Origin.of(call.request())));
    return Reply.none();
  }

  /// `POST /MAAS/accounts/authenticate/`: a password for a key; the same consumer gets the same key
  /// again.
  Reply authenticate(Request request) {
    var form = Form.of(request);
    User user;
    try {
      user =
          sessions.checked(
              request,
              form.text("username").orElse(""),
              Secret.of(form.text("password").orElse("")));
    } catch (Problem problem) {
      throw problem.status() == 401 ? new Problem(403, problem.detail(), problem) : problem;
    }
    var name = shortened(form.text("consumer").filter(t -> !t.isEmpty()).orElse("MAAS consumer"));
    var origin = new Origin("user:" + user.username(), request.client().getHostAddress());
    return Dispatch.json(
        keyShape(
            parts
                .database()
                .inTransaction(tx ->
                    parts.keys().of(tx, user.username()).stream()
                        .filter(key ->
                            key.name().equals(name)
                                && key.scope() == Scope.FULL
                                && key.expiresAt().isEmpty())
                        .findFirst()
                        .orElseGet(() -> parts.keys().make(tx, user.username(), name, origin)))));
  }
}
