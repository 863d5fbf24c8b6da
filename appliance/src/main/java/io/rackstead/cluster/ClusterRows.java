package io.rackstead.cluster;

import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Clusters and their members in the database.
final class ClusterRows {
  private static final String COLUMNS =
      "select id, name, owner, state, why, deadline, document from cluster";
  private static final String MEMBERS =
      "select id, cluster_id, machine_id, part, state, epoch from cluster_member";

  List<Cluster> all(Tx tx) {
    return tx.list(COLUMNS + " order by name", ClusterRows::cluster);
  }

  Optional<Cluster> find(Tx tx, String name) {
    return tx.one(COLUMNS + " where name = ?", ClusterRows::cluster, name);
  }

  Optional<Cluster> find(Tx tx, long id) {
    return tx.one(COLUMNS + " where id = ?", ClusterRows::cluster, id);
  }

  private static Cluster cluster(ResultSet row) throws SQLException {
    return new Cluster(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        Cluster.State.valueOf(row.getString(4)),
        row.getString(5),
        row.getTimestamp(6).toInstant(),
        Json.read(row.getString(7), Cluster.Document.class));
  }

  void add(Tx tx, Cluster cluster, byte[] sealed) {
    tx.insert(
        """
        insert into cluster (name, owner, state, why, deadline, document, sealed)
        values (?, ?, ?, ?, ?, ?, ?)\
        """,
        cluster.name(),
        cluster.owner(),
        cluster.state(),
        cluster.why(),
        cluster.deadline(),
        Json.text(cluster.document()),
        sealed);
  }

  void update(Tx tx, Cluster cluster) {
    tx.change(
        "update cluster set state = ?, why = ?, deadline = ?, document = ? where id = ?",
        cluster.state(),
        cluster.why(),
        cluster.deadline(),
        Json.text(cluster.document()),
        cluster.id());
  }

  void delete(Tx tx, Cluster cluster) {
    tx.change("delete from cluster where id = ?", cluster.id());
  }

  byte[] sealed(Tx tx, Cluster cluster) {
    return tx.one("select sealed from cluster where id = ?", row -> row.getBytes(1), cluster.id())
        .orElseThrow(() -> new IllegalStateException("no cluster " + cluster.name()));
  }

  void seal(Tx tx, Cluster cluster, byte[] sealed) {
    tx.change("update cluster set sealed = ? where id = ?", sealed, cluster.id());
  }

  List<Member> members(Tx tx, Cluster cluster) {
    return tx.list(
        MEMBERS + " where cluster_id = ? order by id", ClusterRows::member, cluster.id());
  }

  Optional<Member> member(Tx tx, MachineId machine) {
    return tx.one(MEMBERS + " where machine_id = ?", ClusterRows::member, machine);
  }

  private static Member member(ResultSet row) throws SQLException {
    return new Member(
        row.getLong(1),
        row.getLong(2),
        new MachineId(row.getString(3)),
        Part.valueOf(row.getString(4)),
        row.getString(5).equals("LEAVING"),
        row.getLong(6));
  }

  void join(Tx tx, Cluster cluster, MachineId machine, Part part, long epoch, Instant now) {
    tx.insert(
        """
        insert into cluster_member (cluster_id, machine_id, part, state, epoch, at)
        values (?, ?, ?, ?, ?, ?)\
        """,
        cluster.id(),
        machine,
        part,
        "IN",
        epoch,
        now);
  }

  void leaving(Tx tx, Member member, Instant now) {
    tx.change(
        "update cluster_member set state = ?, at = ? where id = ?", "LEAVING", now, member.id());
  }

  void gone(Tx tx, Member member) {
    tx.change("delete from cluster_member where id = ?", member.id());
  }
}
