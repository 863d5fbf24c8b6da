package io.rackstead.agent;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.machine.MachineId;
import io.rackstead.store.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/// What the agent's steps came to, by number: a run is all steps of one purpose in one epoch, and
/// its number is that of its first step.
public final class Results {
  private final Database database;
  private final InstantSource clock;

  /// @param suppressed a person has said that a failure does not count
  public record Result(long id, Step step, boolean suppressed) {}

  public record Run(long id, MachineId machine, Purpose purpose, List<Result> results) {
    public Run {
      results = List.copyOf(results);
    }
  }

  private record Key(long epoch, Purpose purpose) {}

  public Results(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// All runs of a machine, the newest first.
  public List<Run> of(MachineId machine) {
    var rows =
        database.read(tx ->
            tx.list(
                "select * from step where machine_id = ? order by id",
                row ->
                    new Result(
                        row.getLong("id"), StepStore.step(row), row.getBoolean("suppressed")),
                machine));
    var runs = new LinkedHashMap<Key, List<Result>>();
    for (var row : rows) {
      runs.computeIfAbsent(
              new Key(row.step().epoch(), row.step().purpose()), _ -> new ArrayList<>())
          .add(row);
    }
    var all = new ArrayList<Run>();
    runs.forEach((key, results) ->
        all.addFirst(new Run(results.getFirst().id(), machine, key.purpose(), results)));
    return all;
  }

  /// Says of the failures of a run that they do not count, or that they do.
  public void suppress(Run run, boolean suppressed, Origin by) {
    database.change(tx -> {
      for (var result : run.results()) {
        tx.change("update step set suppressed = ? where id = ?", suppressed, result.id());
      }
      Audit.write(
          tx,
          clock.instant(),
          by,
          "%s results %d of %s"
              .formatted(suppressed ? "suppressed" : "counted", run.id(), run.machine()));
    });
  }

  /// Forgets a run.
  public void remove(Run run, Origin by) {
    database.change(tx -> {
      for (var result : run.results()) {
        tx.change("delete from step where id = ?", result.id());
      }
      Audit.write(
          tx,
          clock.instant(),
          by,
          "removed the %s results %d of %s"
              .formatted(run.purpose().name().toLowerCase(Locale.ROOT), run.id(), run.machine()));
    });
  }
}
