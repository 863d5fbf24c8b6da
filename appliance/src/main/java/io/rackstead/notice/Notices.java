package io.rackstead.notice;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The notices, and who has put which of them away.
public final class Notices {
  private final Database database;
  private final InstantSource clock;

  public Notices(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Those for somebody that they have not put away, the oldest first.
  public List<Notice> of(String username, boolean administrator) {
    return database
        .read(tx ->
            tx.list(
                """
                select id, document from notification where id not in
                (select notification_id from notification_dismissed where username = ?) order by id\
                """,
                Notices::notice,
                username))
        .stream()
        .filter(notice -> notice.isFor(username, administrator))
        .toList();
  }

  public Optional<Notice> find(long id) {
    return database.read(
        tx -> tx.one("select id, document from notification where id = ?", Notices::notice, id));
  }

  public Notice create(Notice notice, Origin by) {
    return database.inTransaction(tx -> {
      mustBeUnused(tx, notice);
      long id =
          tx.insert(
              "insert into notification (ident, document) values (?, ?)",
              ident(notice),
              Json.text(notice));
      Audit.write(tx, clock.instant(), by, "notification " + id + " made");
      return notice.withId(id);
    });
  }

  public Notice update(Notice notice, Origin by) {
    return database.inTransaction(tx -> {
      mustBeUnused(tx, notice);
      int rows =
          tx.change(
              "update notification set ident = ?, document = ? where id = ?",
              ident(notice),
              Json.text(notice),
              notice.id());
      if (rows == 0) {
        throw new Problem(404, "No Notification matches the given query.");
      }
      Audit.write(tx, clock.instant(), by, "notification " + notice.id() + " changed");
      return notice;
    });
  }

  public void delete(long id, Origin by) {
    database.change(tx -> {
      tx.change("delete from notification where id = ?", id);
      Audit.write(tx, clock.instant(), by, "notification " + id + " removed");
    });
  }

  /// They are not told any more; the others are.
  public void dismiss(long id, String username, Origin by) {
    database.change(tx -> {
      tx.change(
          "delete from notification_dismissed where notification_id = ? and username = ?",
          id,
          username);
      tx.change(
          "insert into notification_dismissed (notification_id, username)"
              + " select id, ? from notification where id = ?",
          username,
          id);
      Audit.write(tx, clock.instant(), by, "notification " + id + " dismissed");
    });
  }

  private static void mustBeUnused(Tx tx, Notice notice) {
    if (!notice.ident().isEmpty()
        && tx.one(
                "select id from notification where ident = ? and id <> ?",
                row -> row.getLong(1),
                notice.ident(),
                notice.id())
            .isPresent()) {
      throw new Problem(400, "Notification with this Ident already exists.");
    }
  }

  private static Optional<String> ident(Notice notice) {
    return Optional.of(notice.ident()).filter(ident -> !ident.isEmpty());
  }

  private static Notice notice(ResultSet row) throws SQLException {
    return Json.read(String.valueOf(row.getString(2)), Notice.class).withId(row.getLong(1));
  }
}
