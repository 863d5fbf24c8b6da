package io.rackstead.access;

import io.rackstead.store.Tx;
import java.time.Instant;
import java.util.List;

/// Who changed what, from where and when: one row for each write, in its own transaction.
public final class Audit {
  private Audit() {}

  public record Row(long id, Instant at, String actor, String address, String what) {}

  public static void write(Tx tx, Instant at, Origin origin, String what) {
    tx.change(
        "insert into audit (at, actor, address, what) values (?, ?, ?, ?)",
        at,
        cut(origin.actor(), 160),
        cut(origin.address(), 45),
        cut(what, 4000));
  }

  /// The rows before that one, the newest first.
  static List<Row> before(Tx tx, long id, int limit) {
    return tx.list(
        "select id, at, actor, address, what from audit where id < ? order by id desc limit ?",
        row ->
            new Row(
                row.getLong("id"),
                row.getTimestamp("at").toInstant(),
                row.getString("actor"),
                row.getString("address"),
                row.getString("what")),
        id,
        limit);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
