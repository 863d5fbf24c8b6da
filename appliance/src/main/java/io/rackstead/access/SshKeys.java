package io.rackstead.access;

import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The public SSH keys of users; a machine gets those of its owner.
public final class SshKeys {
  private static final Pattern KEY =
      Pattern.compile(
          "(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\\.com)"
              + " [A-Za-z0-9+/]{30,}={0,3}( [^\\p{Cntrl}]*)?");

  private final InstantSource clock;

  /// @param source where it was imported from: `gh:ada`; empty: by hand
  public record SshKey(long id, String username, String text, Optional<String> source) {}

  public SshKeys(InstantSource clock) {
    this.clock = clock;
  }

  /// @throws IllegalArgumentException when it is not one line of a public key
  public static String checked(String text) {
    var key = text.strip();
    if (key.length() > 16_000 || !KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "not an OpenSSH public key (one line such as ssh-ed25519 AAAA… name)");
    }
    return key;
  }

  public SshKey add(Tx tx, String username, String text, Origin origin) {
    return add(tx, username, text, Optional.empty(), origin);
  }

  public SshKey add(Tx tx, String username, String text, Optional<String> source, Origin origin) {
    var key = checked(text);
    long id =
        tx.insert(
            "insert into ssh_key (username, text, source) values (?, ?, ?)", username, key, source);
    Audit.write(
        tx,
        clock.instant(),
        origin,
        "added SSH key "
            + id
            + " for "
            + username
            + source.map(from -> " from " + from).orElse(""));
    return new SshKey(id, username, key, source);
  }

  public List<SshKey> of(Tx tx, String username) {
    return tx.list(
        "select id, username, text, source from ssh_key where username = ? order by id",
        SshKeys::key,
        username);
  }

  public Optional<SshKey> find(Tx tx, long id) {
    return tx.one("select id, username, text, source from ssh_key where id = ?", SshKeys::key, id);
  }

  public void remove(Tx tx, SshKey key, Origin origin) {
    tx.change("delete from ssh_key where id = ?", key.id());
    Audit.write(
        tx, clock.instant(), origin, "removed SSH key " + key.id() + " of " + key.username());
  }

  private static SshKey key(ResultSet row) throws SQLException {
    return new SshKey(
        row.getLong("id"),
        row.getString("username"),
        row.getString("text"),
        Optional.ofNullable(row.getString("source")));
  }
}
