package io.rackstead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Steps in the database: planned, begun, ended, in one order for each machine.
public final class StepStore {
  /// Output kept of one step; the agent sends no more.
  private static final int OUTPUT = 64 * 1024;

  public List<Step> steps(Tx tx, MachineId machine) {
    return tx.list(
        "select * from step where machine_id = ? order by seq", StepStore::step, machine);
  }

  List<Step> steps(Tx tx, MachineId machine, long epoch, Purpose purpose) {
    return tx.list(
        "select * from step where machine_id = ? and epoch = ? and purpose = ? order by seq",
        StepStore::step,
        machine,
        epoch,
        purpose);
  }

  Optional<Step> step(Tx tx, MachineId machine, long seq) {
    return tx.one(
        "select * from step where machine_id = ? and seq = ?", StepStore::step, machine, seq);
  }

  void plan(Tx tx, MachineId machine, long epoch, Purpose purpose, List<Step.Draft> drafts) {
    long seq =
        tx.one(
                "select coalesce(max(seq), 0) from step where machine_id = ?",
                row -> row.getLong(1),
                machine)
            .orElse(0L);
    for (var draft : drafts) {
      tx.change(
          """
          insert into step
            (machine_id, seq, epoch, purpose, kind, name, repeatable, timeout_s, fields,
             status, exit_code, seconds, output, facts)
          values (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, '', '{}')\
          """,
          machine,
          ++seq,
          epoch,
          purpose,
          draft.kind(),
          draft.name(),
          draft.repeatable(),
          draft.timeoutS(),
          Json.text(draft.fields()));
    }
  }

  void begun(Tx tx, Step step, Instant now) {
    tx.change(
        "update step set started_at = ? where machine_id = ? and seq = ?",
        now,
        step.machine(),
        step.seq());
  }

  /// Answers whether this was the first result; a repeated one changes nothing.
  boolean ended(Tx tx, Step step, Step.Result result, Instant now) {
    var output = result.output();
    return tx.change(
            """
            update step
               set ended_at = ?, status = ?, exit_code = ?, seconds = ?, output = ?, facts = ?
             where machine_id = ? and seq = ? and ended_at is null\
            """,
            now,
            result.status(),
            result.exit(),
            result.seconds(),
            output.length() > OUTPUT ? output.substring(output.length() - OUTPUT) : output,
            Json.text(result.facts()),
            step.machine(),
            step.seq())
        == 1;
  }

  static Step step(ResultSet row) throws SQLException {
    return new Step(
        new MachineId(row.getString("machine_id")),
        row.getLong("seq"),
        row.getLong("epoch"),
        Purpose.valueOf(row.getString("purpose")),
        row.getString("kind"),
        row.getString("name"),
        row.getBoolean("repeatable"),
        row.getInt("timeout_s"),
        Json.read(row.getString("fields"), JsonNode.class),
        Optional.ofNullable(row.getTimestamp("started_at")).map(Timestamp::toInstant),
        Optional.ofNullable(row.getTimestamp("ended_at")).map(Timestamp::toInstant),
        row.getString("status"),
        row.getInt("exit_code"),
        row.getDouble("seconds"),
        row.getString("output"),
        Json.read(row.getString("facts"), JsonNode.class));
  }
}
