package io.rackstead.commission;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.agent.Sha256;
import io.rackstead.commission.Script.Meta;
import io.rackstead.commission.Script.Revision;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The operator's own scripts, each with every content that it ever had. What runs on a machine is
/// the newest.
public final class Scripts {
  public static final int DAY = 86_400;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final int SIZE = 1 << 20;
  private final Database database;
  private final InstantSource clock;

  public Scripts(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  public List<Script> list() {
    return database.read(tx -> tx.list("select * from script order by name", Scripts::script));
  }

  public Optional<Script> find(String name) {
    return database.read(tx -> find(tx, name));
  }

  private static Optional<Script> find(Tx tx, String name) {
    return tx.one("select * from script where name = ?", Scripts::script, name);
  }

  /// The newest first.
  public List<Revision> history(String name) {
    return database.read(tx ->
        tx.list(
            "select * from script_revision where script_name = ? order by id desc",
            row ->
                new Revision(
                    row.getLong("id"),
                    String.valueOf(row.getString("comment")),
                    row.getTimestamp("created_at").toInstant(),
                    row.getBytes("content")),
            name));
  }

  /// Makes a script, or puts a newer one in its place; its number and history stay.
  ///
  /// @param before the name it had until now
  public Script put(String before, Script script, String comment, Origin by) {
    check(script);
    return database.inTransaction(tx -> {
      var known = find(tx, before);
      if (!before.equals(script.name()) && find(tx, script.name()).isPresent()) {
        throw new Problem(400, "Script with this Name already exists.");
      }
      if (known.isEmpty()) {
        tx.insert(
            "insert into script (name, type, timeout_s, sha256, content, meta) values (?, ?, ?, ?, ?, ?)",
            script.name(),
            script.type(),
            script.timeoutSeconds(),
            Sha256.hex(script.content()),
            script.content(),
            Json.text(script.meta()));
      } else {
        tx.change(
            """
            update script set name = ?, type = ?, timeout_s = ?, sha256 = ?, content = ?, meta = ?
            where name = ?\
            """,
            script.name(),
            script.type(),
            script.timeoutSeconds(),
            Sha256.hex(script.content()),
            script.content(),
            Json.text(script.meta()),
            before);
      }
      if (known.isEmpty() || !Arrays.equals(known.get().content(), script.content())) {
        tx.insert(
            "insert into script_revision (script_name, comment, created_at, content) values (?, ?, ?, ?)",
            script.name(),
            comment,
            clock.instant(),
            script.content());
      }
      Audit.write(
          tx, clock.instant(), by, "script " + script.name() + " (" + script.type() + ") stored");
      return find(tx, script.name()).orElseThrow();
    });
  }

  private static void check(Script script) {
    if (!NAME.matcher(script.name()).matches()) {
      throw new Problem(
          400, "a script's name has letters, digits, dots, - and _, got '" + script.name() + "'");
    }
    if (!script.type().equals("commissioning") && !script.type().equals("testing")) {
      throw new Problem(
          400, "a script's type is commissioning or testing, got '" + script.type() + "'");
    }
    if (script.timeoutSeconds() < 1 || script.timeoutSeconds() > DAY) {
      throw new Problem(400, "timeout_s is 1 to " + DAY + ", got " + script.timeoutSeconds());
    }
    var content = script.content();
    if (content.length > SIZE
        || !new String(content, StandardCharsets.ISO_8859_1).startsWith("#!")) {
      throw new Problem(
          400, "content is a script of at most 1 MiB that begins with #! and its interpreter");
    }
  }

  /// Back to a content that it had; the newer ones are forgotten.
  public Script revert(Script script, Revision to, Origin by) {
    return database.inTransaction(tx -> {
      tx.change(
          "delete from script_revision where script_name = ? and id > ?", script.name(), to.id());
      tx.change(
          "update script set content = ?, sha256 = ? where name = ?",
          to.content(),
          Sha256.hex(to.content()),
          script.name());
      Audit.write(
          tx,
          clock.instant(),
          by,
          "script " + script.name() + " taken back to its content " + to.id());
      return find(tx, script.name()).orElseThrow();
    });
  }

  public boolean delete(String name, Origin by) {
    return database.inTransaction(tx -> {
      boolean was = tx.change("delete from script where name = ?", name) == 1;
      if (was) {
        Audit.write(tx, clock.instant(), by, "script " + name + " removed");
      }
      return was;
    });
  }

  private static Script script(ResultSet row) throws SQLException {
    var meta = String.valueOf(row.getString("meta"));
    return new Script(
        row.getLong("id"),
        String.valueOf(row.getString("name")),
        String.valueOf(row.getString("type")),
        row.getInt("timeout_s"),
        meta.equals("{}") ? Meta.NONE : Json.read(meta, Meta.class),
        row.getBytes("content"));
  }
}
