package io.rackstead.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.agent.Sha256;
import io.rackstead.http.Json;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The signed documents. They are added and never changed; each names the one before it with its
/// digest, so that one taken out later is missed.
public final class Packs {
  private static final String COLUMNS =
      "select id, machine_id, about, at, sha256, document from evidence";

  private final Database database;
  private final Signer signer;
  private final InstantSource clock;
  private final String version;

  /// @param about the hand-over, or the machine, its epoch and state where there was none
  /// @param sha256 of the payload
  /// @param document the envelope
  public record Pack(
      long id, MachineId machine, String about, Instant at, String sha256, String document) {}

  /// One that is not yet added to the row.
  public record Draft(MachineId machine, String about, ObjectNode document, Instant at) {}

  public Packs(Database database, Signer signer, InstantSource clock, String version) {
    this.database = database;
    this.signer = signer;
    this.clock = clock;
    this.version = version;
  }

  List<Pack> of(MachineId machine) {
    return database.read(
        tx -> tx.list(COLUMNS + " where machine_id = ? order by id desc", Packs::row, machine));
  }

  Optional<Pack> find(long id) {
    return database.read(tx -> tx.one(COLUMNS + " where id = ?", Packs::row, id));
  }

  private static Pack row(ResultSet row) throws SQLException {
    return new Pack(
        row.getLong(1),
        new MachineId(row.getString(2)),
        row.getString(3),
        row.getTimestamp(4).toInstant(),
        row.getString(5),
        row.getString(6));
  }

  /// The latest of a machine as it stands; made where there is none.
  Pack latest(Machine machine) {
    var since = machine.standing().since();
    var there = of(machine.id()).stream().filter(pack -> !pack.at().isBefore(since)).findFirst();
    return there.orElseGet(() -> {
      var about = "%s-%d-%s".formatted(machine.id(), machine.epoch(), machine.state());
      var draft = draft(machine, about, Json.instance().createObjectNode());
      return database.inTransaction(tx -> add(tx, draft));
    });
  }

  /// Gathers what is on record.
  ///
  /// @param handover who has it and by what word
  public Draft draft(Machine machine, String about, ObjectNode handover) {
    var now = clock.instant();
    var work = database.read(tx -> Work.of(tx, machine.id()));
    return new Draft(machine.id(), about, Document.of(machine, work, handover, now, version), now);
  }

  /// Signs it and adds it to the row; asked again about the same, it is the one that is there.
  public Pack add(Tx tx, Draft draft) {
    var there = tx.one(COLUMNS + " where about = ?", Packs::row, draft.about());
    if (there.isPresent()) {
      return there.get();
    }
    var previous =
        tx.one(
            "select id, sha256 from evidence where id = (select max(id) from evidence)",
            row -> previous(row.getLong(1), row.getString(2)));
    draft.document().put("about", draft.about());
    previous.ifPresent(before -> draft.document().set("previous", before));
    var payload = Json.bytes(draft.document());
    var sha256 = Sha256.hex(payload);
    var envelope = signer.envelope(payload).toString();
    long id =
        tx.insert(
            "insert into evidence (machine_id, about, at, sha256, document) values (?, ?, ?, ?, ?)",
            draft.machine(),
            draft.about(),
            draft.at(),
            sha256,
            envelope);
    return new Pack(id, draft.machine(), draft.about(), draft.at(), sha256, envelope);
  }

  private static JsonNode previous(long id, String sha256) {
    return Json.instance().createObjectNode().put("id", id).put("sha256", sha256);
  }
}
