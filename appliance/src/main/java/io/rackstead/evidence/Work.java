package io.rackstead.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.agent.Purpose;
import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the agent did at a machine, without what it printed.
record Work(
    Purpose purpose,
    long epoch,
    String kind,
    String name,
    String status,
    int exit,
    double seconds,
    Optional<String> startedAt,
    Optional<String> endedAt,
    boolean suppressed,
    JsonNode fields,
    JsonNode facts) {
  /// Of these the facts are about disks alone; those of others may name accounts.
  private static final Set<String> PLAIN =
      Set.of("erase", "identify-disk", "write-image", "read-back");

  /// Everything that was begun, the oldest first.
  static List<Work> of(Tx tx, MachineId machine) {
    return tx.list(
        """
        select purpose, epoch, kind, name, status, exit_code, seconds, started_at, ended_at, suppressed, fields, facts
          from step where machine_id = ? and started_at is not null order by id\
        """,
        Work::row,
        machine);
  }

  private static Work row(ResultSet row) throws SQLException {
    return new Work(
        Purpose.valueOf(row.getString(1)),
        row.getLong(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getInt(6),
        row.getDouble(7),
        Optional.ofNullable(row.getTimestamp(8)).map(Work::iso),
        Optional.ofNullable(row.getTimestamp(9)).map(Work::iso),
        row.getBoolean(10),
        Json.read(row.getString(11), JsonNode.class),
        Json.read(row.getString(12), JsonNode.class));
  }

  private static String iso(Timestamp time) {
    return time.toInstant().toString();
  }

  /// Those of the latest epoch in which there was work of this purpose.
  static ArrayNode latest(List<Work> all, Purpose purpose) {
    var out = Json.instance().createArrayNode();
    long epoch =
        all.stream()
            .filter(work -> work.purpose() == purpose)
            .mapToLong(Work::epoch)
            .max()
            .orElse(-1);
    all.stream()
        .filter(work -> work.purpose() == purpose && work.epoch() == epoch)
        .forEach(work -> out.add(work.shown()));
    return out;
  }

  private ObjectNode shown() {
    var out = Json.instance().createObjectNode();
    out.put("step", kind).put("name", name).put("status", status.isEmpty() ? "open" : status);
    out.put("exit", exit).put("seconds", seconds);
    startedAt.ifPresent(at -> out.put("started_at", at));
    endedAt.ifPresent(at -> out.put("ended_at", at));
    if (suppressed) {
      out.put("suppressed", true);
    }
    if (PLAIN.contains(kind)) {
      out.set("disk", fields.path("disk").isObject() ? fields.path("disk") : out.objectNode());
      if (fields.path("mode").isTextual()) {
        out.put("mode", fields.path("mode").asText());
      }
      if (fields.path("sha256").isTextual()) {
        out.put("sha256", fields.path("sha256").asText());
      }
      out.set("facts", facts);
    }
    return out;
  }
}
