package io.rackstead.artifact;

import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Artifacts in the database.
final class ArtifactRows {
  private static final String COLUMNS =
      "select id, name, url, sha256, bytes, state, tries, due_at, why from artifact";

  List<Declared> all(Tx tx) {
    return tx.list(COLUMNS + " order by name", ArtifactRows::row);
  }

  Optional<Declared> find(Tx tx, String name) {
    return tx.one(COLUMNS + " where name = ?", ArtifactRows::row, name);
  }

  /// In the place of one of that name; what was uploaded of it goes on under another number.
  Declared put(Tx tx, Declared asked) {
    tx.change("delete from artifact where name = ?", asked.name());
    tx.insert(
        """
        insert into artifact (name, url, sha256, bytes, state, tries, due_at, why)
        values (?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        asked.name(),
        asked.url(),
        asked.sha256(),
        asked.bytes(),
        asked.state(),
        asked.tries(),
        asked.dueAt(),
        asked.why());
    return find(tx, asked.name()).orElseThrow();
  }

  /// Whether it was still as it was seen.
  boolean change(Tx tx, Declared seen, Declared next) {
    return tx.change(
            """
            update artifact set state = ?, bytes = ?, tries = ?, due_at = ?, why = ?
             where id = ? and state = ?\
            """,
            next.state(),
            next.bytes(),
            next.tries(),
            next.dueAt(),
            next.why(),
            seen.id(),
            seen.state())
        > 0;
  }

  void delete(Tx tx, Declared gone) {
    tx.change("delete from artifact where id = ?", gone.id());
  }

  private static Declared row(ResultSet row) throws SQLException {
    return new Declared(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        Declared.State.valueOf(row.getString(6)),
        row.getInt(7),
        row.getTimestamp(8).toInstant(),
        row.getString(9));
  }
}
