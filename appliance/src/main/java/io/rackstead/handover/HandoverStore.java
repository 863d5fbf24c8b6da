package io.rackstead.handover;

import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Hand-overs in the database. Who changes one says in which state they saw it: two never both go
/// on from the same.
final class HandoverStore {
  private static final String COLUMNS =
      """
      select id, machine_id, handover_id, target, epoch, state, tries, due_at, deadline, document
        from handover\
      """;

  List<Row> open(Tx tx) {
    return tx.list(
        COLUMNS + " where state in ('SENDING', 'PROVING', 'TAKING_BACK') order by id",
        HandoverStore::row);
  }

  List<Row> given(Tx tx) {
    return tx.list(
        COLUMNS + " where state in ('SENDING', 'PROVING', 'IN_SERVICE') order by id",
        HandoverStore::row);
  }

  /// Some of what is due, more than one target has conversations at a time.
  List<Row> due(Tx tx, String target, Instant now) {
    return tx.list(
        COLUMNS
            + """
             where state in ('SENDING', 'PROVING', 'TAKING_BACK') and target = ? and due_at <= ?
             order by id limit 65\
            """,
        HandoverStore::row,
        target,
        now);
  }

  long count(Tx tx, Row.State state) {
    return tx.one("select count(*) from handover where state = ?", row -> row.getLong(1), state)
        .orElse(0L);
  }

  Optional<Row> byId(Tx tx, long id) {
    return tx.one(COLUMNS + " where id = ?", HandoverStore::row, id);
  }

  /// The latest of a machine.
  Optional<Row> of(Tx tx, MachineId machine) {
    return tx.one(
        COLUMNS + " where machine_id = ? order by id desc limit 1", HandoverStore::row, machine);
  }

  boolean uses(Tx tx, String target) {
    return tx.one(
            """
            select 1 from handover
             where target = ? and state in ('SENDING', 'PROVING', 'IN_SERVICE', 'TAKING_BACK', 'STUCK')
             limit 1\
            """,
            row -> true,
            target)
        .isPresent();
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getLong(1),
        new MachineId(row.getString(2)),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        Row.State.valueOf(row.getString(6)),
        row.getInt(7),
        row.getTimestamp(8).toInstant(),
        row.getTimestamp(9).toInstant(),
        Json.read(row.getString(10), Row.Said.class));
  }

  void add(
      Tx tx,
      MachineId machine,
      String handoverId,
      String target,
      long epoch,
      Instant now,
      Instant deadline,
      Row.Said said) {
    tx.insert(
        """
        insert into handover (machine_id, handover_id, target, epoch, state, tries, due_at, deadline, document)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)\
        """,
        machine,
        handoverId,
        target,
        epoch,
        Row.State.SENDING,
        0,
        now,
        deadline,
        Json.text(said));
  }

  /// Whether it was still as it was seen.
  boolean change(Tx tx, Row seen, Row next) {
    return tx.change(
            """
            update handover set state = ?, tries = ?, due_at = ?, deadline = ?, document = ?
             where id = ? and state = ?\
            """,
            next.state(),
            next.tries(),
            next.dueAt(),
            next.deadline(),
            Json.text(next.said()),
            seen.id(),
            seen.state())
        > 0;
  }

  /// What was answered is kept, whatever has become of it meanwhile.
  void keep(Tx tx, Row seen, Row.Said said) {
    tx.change("update handover set document = ? where id = ?", Json.text(said), seen.id());
  }
}
