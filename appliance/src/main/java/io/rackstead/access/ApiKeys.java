package io.rackstead.access;

import io.rackstead.access.Principal.Scope;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The API keys of users. What of them is secret lies in the vault.
public final class ApiKeys {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final String OF_USER =
      """
      select token_key, username, name, consumer_key, scope, expires_at, last_used_at from api_key
       where username = ?
       order by created_at, token_key\
      """;
  private static final String BY_TOKEN =
      """
      select token_key, username, name, consumer_key, scope, expires_at, last_used_at from api_key
       where token_key = ?\
      """;
  private static final String INSERT =
      """
      insert into api_key (token_key, username, name, consumer_key, scope, expires_at, created_at)
      values (?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final Duration PRECISION = Duration.ofMinutes(1);

  private final Map<String, Instant> noted = new ConcurrentHashMap<>();
  private final Vault vault;
  private final SecureRandom random;
  private final InstantSource clock;

  private record Row(
      String tokenKey,
      String username,
      String name,
      String consumerKey,
      Scope scope,
      Optional<Instant> expiresAt,
      Optional<Instant> lastUsedAt) {}

  public ApiKeys(Vault vault, SecureRandom random, InstantSource clock) {
    this.vault = vault;
    this.random = random;
    this.clock = clock;
  }

  public ApiKey make(Tx tx, String username, String name, Origin origin) {
    return make(tx, username, name, Scope.FULL, Optional.empty(), origin);
  }

  public ApiKey make(
      Tx tx,
      String username,
      String name,
      Scope scope,
      Optional<Instant> expiresAt,
      Origin origin) {
    var key =
        new ApiKey(
            username,
            name,
            letters(18),
            letters(18),
            Secret.of(letters(32)),
            scope,
            expiresAt,
            Optional.empty());
    tx.change(
        INSERT,
        key.tokenKey(),
        username,
        name,
        key.consumerKey(),
        scope,
        expiresAt,
        clock.instant());
    vault.put(tx, owner(key.tokenKey()), key.tokenSecret());
    Audit.write(
        tx,
        clock.instant(),
        origin,
        "made API key "
            + key.tokenKey()
            + " '"
            + name
            + "' for "
            + username
            + (scope == Scope.FULL ? "" : ", scope " + scope)
            + expiresAt.map(end -> ", until " + end).orElse(""));
    return key;
  }

  /// Notes that it was used, at most once a minute: a read must not wait for a disk each time.
  void used(Database database, ApiKey key) {
    var now = clock.instant();
    boolean lately =
        key.lastUsedAt().filter(at -> at.plus(PRECISION).isAfter(now)).isPresent()
            || noted.getOrDefault(key.tokenKey(), Instant.EPOCH).plus(PRECISION).isAfter(now);
    if (!lately) {
      noted.put(key.tokenKey(), now);
      database.change(tx ->
          tx.change(
              "update api_key set last_used_at = ? where token_key = ?", now, key.tokenKey()));
    }
  }

  public List<ApiKey> of(Tx tx, String username) {
    return tx.list(OF_USER, ApiKeys::row, username).stream().map(row -> open(tx, row)).toList();
  }

  public Optional<ApiKey> find(Tx tx, String tokenKey) {
    return tx.one(BY_TOKEN, ApiKeys::row, tokenKey).map(row -> open(tx, row));
  }

  public boolean rename(Tx tx, String username, String tokenKey, String name, Origin origin) {
    boolean done =
        tx.change(
                "update api_key set name = ? where token_key = ? and username = ?",
                name,
                tokenKey,
                username)
            > 0;
    if (done) {
      Audit.write(tx, clock.instant(), origin, "renamed API key " + tokenKey + " to " + name);
    }
    return done;
  }

  public boolean remove(Tx tx, String username, String tokenKey, Origin origin) {
    boolean done =
        tx.change("delete from api_key where token_key = ? and username = ?", tokenKey, username)
            > 0;
    if (done) {
      vault.remove(tx, owner(tokenKey));
      noted.remove(tokenKey);
      Audit.write(tx, clock.instant(), origin, "removed API key " + tokenKey + " of " + username);
    }
    return done;
  }

  private ApiKey open(Tx tx, Row row) {
    var secret =
        vault
            .get(tx, owner(row.tokenKey()))
            .orElseThrow(() ->
                new IllegalStateException(
                    "the secret of API key " + row.tokenKey() + " is not in the vault"));
    return new ApiKey(
        row.username(),
        row.name(),
        row.consumerKey(),
        row.tokenKey(),
        secret,
        row.scope(),
        row.expiresAt(),
        row.lastUsedAt());
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("token_key"),
        row.getString("username"),
        row.getString("name"),
        row.getString("consumer_key"),
        Scope.valueOf(row.getString("scope")),
        instant(row, "expires_at"),
        instant(row, "last_used_at"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
  }

  private static String owner(String tokenKey) {
    return "apikey/" + tokenKey;
  }

  private String letters(int count) {
    var text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }
}
