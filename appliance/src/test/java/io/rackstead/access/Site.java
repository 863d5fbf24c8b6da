package io.rackstead.access;

import io.rackstead.access.Principal.Role;
import io.rackstead.event.EventLog;
import io.rackstead.machine.Machines;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.Database;
import io.rackstead.store.TestDatabase;
import io.rackstead.task.TaskStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// A data folder with its stores, and a clock that the test sets.
public final class Site implements AutoCloseable, InstantSource {
  public final Path data;
  public final Database database;
  public final Vault vault;
  public final Users users;
  public final ApiKeys keys;
  public final Sessions sessions;
  public final SshKeys sshKeys;
  public final EventLog events;
  public final NetworkBook networks;
  public final TaskStore tasks = new TaskStore();
  public final Machines machines;
  public final Doorman doorman;
  private Instant now = Instant.parse("2026-11-22T18:00:00Z");

  public Site(Path data) throws IOException {
    this.data = data;
    var random = new SecureRandom();
    database = TestDatabase.open(data.resolve("db"));
    vault = Vault.open(data.resolve("secrets"), random);
    users = new Users(database, random, this);
    keys = new ApiKeys(vault, random, this);
    sessions = new Sessions(random, this);
    sshKeys = new SshKeys(this);
    events = new EventLog(database);
    networks = new NetworkBook(database, this);
    machines = new Machines(database, events, tasks, this, random, networks);
    doorman = new Doorman(database, users, keys, sessions, this, List.of());
  }

  @Override
  public Instant instant() {
    return now;
  }

  /// The machines as another start would read them.
  public Machines readAnew() {
    return new Machines(database, events, new TaskStore(), this, new SecureRandom(), networks);
  }

  public void pass(Duration time) {
    now = now.plus(time);
  }

  /// A user with that name and role, password `a good password`, and a key.
  public ApiKey user(String username, Role role) {
    users.set(username, Secret.of("a good password"), role, Origin.CONSOLE);
    return database.inTransaction(tx -> keys.make(tx, username, "test", Origin.CONSOLE));
  }

  /// The header that signs in by that key, as it would be sent now.
  public String plaintext(ApiKey key) {
    return "OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\", oauth_signature_method=\"PLAINTEXT\","
            .formatted(key.consumerKey(), key.tokenKey())
        + " oauth_signature=\"%%26%s\", oauth_timestamp=\"%d\", oauth_nonce=\"n\", oauth_version=\"1.0\""
            .formatted(key.tokenSecret().reveal(), now.getEpochSecond());
  }

  @Override
  public void close() {
    events.close();
    database.close();
  }
}
