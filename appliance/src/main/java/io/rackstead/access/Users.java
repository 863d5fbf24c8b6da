package io.rackstead.access;

import io.rackstead.access.Principal.Role;
import io.rackstead.http.Problem;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who may sign in, and with which password.
public final class Users {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9@.+_-]{0,149}");
  private static final String COLUMNS = "select username, role, email, subject from person";
  private static final int SHORTEST = 8;
  private static final String LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

  private final Database database;
  private final SecureRandom random;
  private final InstantSource clock;

  /// Somebody's name that nobody has takes as long to refuse as a wrong password.
  private volatile String nobody = "";

  public Users(Database database, SecureRandom random, InstantSource clock) {
    this.database = database;
    this.random = random;
    this.clock = clock;
  }

  public List<User> list(Tx tx) {
    return tx.list(COLUMNS + " order by username", Users::user);
  }

  public Optional<User> find(Tx tx, String username) {
    return tx.one(COLUMNS + " where username = ?", Users::user, username);
  }

  /// Makes a user, or gives an existing one this password and role.
  public User set(String username, Secret password, Role role, Origin origin) {
    return set(username, password, role, "", origin);
  }

  public User set(String username, Secret password, Role role, String email, Origin origin) {
    if (email.length() > 254 || email.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("an e-mail address has at most 254 letters");
    }
    if (!NAME.matcher(username).matches()) {
      throw new IllegalArgumentException(
          "a username has letters, digits and @ . + - _, at most 150, got " + username);
    }
    if (password.reveal().length() < SHORTEST) {
      throw new IllegalArgumentException("a password has at least " + SHORTEST + " characters");
    }
    return store(username, Password.hash(password, random), role, email, origin);
  }

  private User store(String username, String hash, Role role, String email, Origin origin) {
    return database.inTransaction(tx -> {
      boolean known =
          tx.change(
                  "update person set password = ?, role = ? where username = ?",
                  hash,
                  role,
                  username)
              > 0;
      if (!known) {
        tx.change(
            "insert into person (username, role, password, email, created_at) values (?, ?, ?, ?, ?)",
            username,
            role,
            hash,
            email,
            clock.instant());
      }
      Audit.write(
          tx,
          clock.instant(),
          origin,
          (known ? "changed password and role of user " : "created user ")
              + username
              + ", role "
              + role);
      return find(tx, username).orElseThrow();
    });
  }

  /// Whoever a provider vouches for: known by its subject, not by the name, which somebody else may
  /// have had before. A name that somebody with a password has is never taken over.
  User signedIn(OidcSignIn.Person person, SignInProvider provider, Origin origin) {
    boolean member =
        provider.members().isEmpty()
            || provider.members().stream().anyMatch(person.groups()::contains);
    if (!member) {
      throw new Problem(
          403,
          "%s is in none of the groups that may come in: %s"
              .formatted(person.username(), String.join(", ", provider.members())));
    }
    var given = provider.role(person.groups());
    return database.inTransaction(tx -> {
      var known = tx.one(COLUMNS + " where subject = ?", Users::user, person.subject());
      if (known.isPresent()) {
        var user = known.get();
        given
            .filter(role -> role != user.role())
            .ifPresent(role -> role(tx, user.username(), role, origin));
        return find(tx, user.username()).orElseThrow();
      }
      if (!NAME.matcher(person.username()).matches() || person.subject().length() > 600) {
        throw new Problem(
            403,
            "the provider's name %s cannot be used here: letters, digits and @ . + - _, at most 150"
                .formatted(
                    person.username().substring(0, Math.min(60, person.username().length()))));
      }
      if (find(tx, person.username()).isPresent()) {
        throw new Problem(
            403,
            "there is another user %s here already: an administrator has to remove that one first"
                .formatted(person.username()));
      }
      var role = given.orElse(Role.USER);
      tx.change(
          "insert into person (username, role, password, email, subject, created_at)"
              + " values (?, ?, '', ?, ?, ?)",
          person.username(),
          role,
          person.email().length() > 254 ? "" : person.email(),
          person.subject(),
          clock.instant());
      Audit.write(
          tx,
          clock.instant(),
          origin,
          "created user %s, role %s, at the first sign-in".formatted(person.username(), role));
      return find(tx, person.username()).orElseThrow();
    });
  }

  void role(Tx tx, String username, Role role, Origin origin) {
    tx.change("update person set role = ? where username = ?", role, username);
    Audit.write(tx, clock.instant(), origin, "gave user " + username + " the role " + role);
  }

  public boolean remove(Tx tx, String username, Origin origin) {
    long states =
        tx.one(
                "select count(*) from terraform_state where username = ?",
                row -> row.getLong(1),
                username)
            .orElse(0L);
    if (states > 0) {
      throw new Problem(
          409,
          "%s has %d Terraform states here, and what they describe would be nobody's: delete them first (DELETE /api/terraform/%s/PATH?versions=all)"
              .formatted(username, states, username));
    }
    boolean done = tx.change("delete from person where username = ?", username) > 0;
    if (done) {
      Audit.write(tx, clock.instant(), origin, "removed user " + username);
    }
    return done;
  }

  /// Makes the administrator of a data folder that has none; answers the password, to be shown
  /// once.
  public Optional<Secret> firstAdministrator(String username) {
    boolean needed =
        database.read(tx ->
            tx.one("select count(*) from person where role = 'ADMIN'", row -> row.getInt(1))
                    .orElse(0)
                == 0);
    if (!needed) {
      return Optional.empty();
    }
    var password = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    var secret = Secret.of(password.toString());
    store(username, Password.hashOfRandom(secret, random), Role.ADMIN, "", Origin.APPLIANCE);
    return Optional.of(secret);
  }

  /// The user whose password this is; empty for a wrong one and for nobody alike.
  public Optional<User> signIn(String username, Secret password) {
    var hash =
        database.read(tx ->
            tx.one(
                "select password from person where username = ?",
                row -> row.getString(1),
                username));
    if (password.reveal().length() > 1024) {
      return Optional.empty();
    }
    // whoever signs in with a provider has no password here
    boolean fits =
        Password.fits(password, hash.filter(text -> !text.isEmpty()).orElseGet(this::nobody));
    return hash.filter(text -> !text.isEmpty()).isPresent() && fits
        ? database.read(tx -> find(tx, username))
        : Optional.empty();
  }

  private String nobody() {
    if (nobody.isEmpty()) {
      var unknown = new byte[24];
      random.nextBytes(unknown);
      nobody =
          Password.hash(Secret.of(java.util.Base64.getEncoder().encodeToString(unknown)), random);
    }
    return nobody;
  }

  private static User user(java.sql.ResultSet row) throws java.sql.SQLException {
    return new User(
        row.getString("username"),
        Role.valueOf(row.getString("role")),
        row.getString("email"),
        row.getString("subject"));
  }
}
