package io.rackstead.terraform;

import io.rackstead.access.Vault;
import io.rackstead.store.Tx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// States in the database: compressed, sealed, in parts.
final class StateStore {
  private static final String COLUMNS =
      "select id, username, path, head, lock_id, lock_info from terraform_state";
  private static final int PART = 512 << 10;
  private static final int VERSIONS = 50;

  private final Vault vault;

  /// @param actor who wrote it
  record Version(long version, Instant at, String actor, String sha256, long bytes) {}

  StateStore(Vault vault) {
    this.vault = vault;
  }

  Optional<Kept> find(Tx tx, String username, String path) {
    return tx.one(COLUMNS + " where username = ? and path = ?", StateStore::row, username, path);
  }

  List<Kept> list(Tx tx) {
    return tx.list(COLUMNS + " order by username, path", StateStore::row);
  }

  private static Kept row(ResultSet row) throws SQLException {
    return new Kept(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getLong(4),
        row.getString(5),
        row.getString(6));
  }

  Kept findOrMake(Tx tx, String username, String path) {
    return find(tx, username, path)
        .orElseGet(() -> {
          long id =
              tx.insert(
                  "insert into terraform_state (username, path, head, lock_id, lock_info) values (?, ?, 0, '', '')",
                  username,
                  path);
          return new Kept(id, username, path, 0, "", "");
        });
  }

  void lock(Tx tx, Kept state, String id, String info) {
    tx.change(
        "update terraform_state set lock_id = ?, lock_info = ? where id = ?", id, info, state.id());
  }

  void head(Tx tx, Kept state, long version) {
    tx.change("update terraform_state set head = ? where id = ?", version, state.id());
  }

  void forget(Tx tx, Kept state) {
    tx.change("delete from terraform_state where id = ?", state.id());
  }

  List<Version> versions(Tx tx, Kept state) {
    return tx.list(
        """
        select version, at, actor, sha256, bytes from terraform_version
         where state_id = ? order by version desc\
        """,
        row ->
            new Version(
                row.getLong(1),
                row.getTimestamp(2).toInstant(),
                row.getString(3),
                row.getString(4),
                row.getLong(5)),
        state.id());
  }

  /// Adds it after the latest, and lets the oldest go.
  void write(Tx tx, Kept state, byte[] content, String sha256, Instant at, String actor) {
    long version = 1 + versions(tx, state).stream().mapToLong(Version::version).max().orElse(0);
    long id =
        tx.insert(
            """
            insert into terraform_version (state_id, version, at, actor, sha256, bytes)
            values (?, ?, ?, ?, ?, ?)\
            """,
            state.id(),
            version,
            at,
            actor,
            sha256,
            content.length);
    var sealed = vault.sealed(owner(state, version), compressed(content));
    for (int part = 0; part * PART < sealed.length; part++) {
      tx.insert(
          "insert into terraform_part (version_id, part, sealed) values (?, ?, ?)",
          id,
          part,
          Arrays.copyOfRange(sealed, part * PART, Math.min(sealed.length, (part + 1) * PART)));
    }
    head(tx, state, version);
    tx.change(
        "delete from terraform_version where state_id = ? and version <= ?",
        state.id(),
        version - VERSIONS);
  }

  Optional<byte[]> read(Tx tx, Kept state, long version) {
    var parts =
        tx.list(
            """
            select p.sealed from terraform_part p join terraform_version v on v.id = p.version_id
             where v.state_id = ? and v.version = ? order by p.part\
            """,
            row -> row.getBytes(1),
            state.id(),
            version);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    var sealed = new ByteArrayOutputStream();
    parts.forEach(sealed::writeBytes);
    return Optional.of(expanded(vault.opened(owner(state, version), sealed.toByteArray())));
  }

  private static String owner(Kept state, long version) {
    return "terraform/" + state.id() + "/" + version;
  }

  private static byte[] compressed(byte[] content) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] expanded(byte[] compressed) {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
