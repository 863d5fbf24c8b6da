package io.rackstead.assign;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import io.rackstead.policy.Policy.Trigger;
import io.rackstead.store.Tx;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The table, who waits for it, and whom it took.
final class PolicyStore {
  private static final long ONLY = 1;

  record Wish(long id, MachineId machine, Trigger asked, String by) {}

  record Binding(MachineId machine, String policy, String role, String target, long epoch) {}

  Lines lines(Tx tx) {
    return tx.one(
            "select version, document from policy_table where id = ?",
            row -> new Lines(row.getLong(1), parsed(row.getString(2))),
            ONLY)
        .orElse(Lines.NONE);
  }

  private static List<Line> parsed(String document) {
    try {
      return Arrays.asList(Json.instance().readValue(document, Line[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the stored policies cannot be read", e);
    }
  }

  void save(Tx tx, Lines lines) {
    tx.change("delete from policy_table where id = ?", ONLY);
    tx.change(
        "insert into policy_table (id, version, document) values (?, ?, ?)",
        ONLY,
        lines.version(),
        Json.text(lines.lines()));
  }

  List<Wish> wishes(Tx tx) {
    return tx.list(
        "select id, machine_id, asked, asked_by from policy_wish order by id",
        row ->
            new Wish(
                row.getLong(1),
                new MachineId(row.getString(2)),
                Trigger.valueOf(row.getString(3)),
                row.getString(4)));
  }

  void wish(Tx tx, MachineId machine, Trigger asked, String by) {
    forget(tx, machine);
    tx.insert(
        "insert into policy_wish (machine_id, asked, asked_by) values (?, ?, ?)",
        machine,
        asked,
        by.length() > 160 ? by.substring(0, 160) : by);
  }

  int forget(Tx tx, MachineId machine) {
    return tx.change("delete from policy_wish where machine_id = ?", machine);
  }

  List<Binding> bindings(Tx tx) {
    return tx.list(
        "select machine_id, policy, role, target, epoch from policy_binding",
        row ->
            new Binding(
                new MachineId(row.getString(1)),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5)));
  }

  Optional<Binding> binding(Tx tx, MachineId machine) {
    return bindings(tx).stream().filter(b -> b.machine().equals(machine)).findFirst();
  }

  void unbind(Tx tx, Binding binding) {
    tx.change(
        "delete from policy_binding where machine_id = ? and epoch = ?",
        binding.machine(),
        binding.epoch());
  }

  /// @param policy empty: no line's doing
  void bind(
      Tx tx,
      MachineId machine,
      String policy,
      String role,
      String target,
      long epoch,
      Instant now) {
    tx.change("delete from policy_binding where machine_id = ?", machine);
    tx.insert(
        "insert into policy_binding (machine_id, policy, role, target, epoch, at)"
            + " values (?, ?, ?, ?, ?, ?)",
        machine,
        policy,
        role,
        target,
        epoch,
        now);
  }
}
