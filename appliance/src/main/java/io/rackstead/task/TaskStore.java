package io.rackstead.task;

import io.rackstead.machine.MachineId;
import io.rackstead.machine.Task;
import io.rackstead.store.Tx;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Tasks in the database, in the order in which they were asked for.
public final class TaskStore {
  /// @param epoch the machine's when it was asked for; in a later one the task is dropped
  public record Row(
      long id,
      MachineId machine,
      long epoch,
      Task task,
      Instant dueAt,
      int tries,
      String lastError) {}

  private final Semaphore news = new Semaphore(0);

  public void add(Tx tx, MachineId machine, long epoch, List<Task> tasks, Instant now) {
    for (var task : tasks) {
      tx.change(
          """
          insert into task (machine_id, epoch, kind, due_at, tries, last_error)
          values (?, ?, ?, ?, 0, '')\
          """,
          machine,
          epoch,
          task,
          now);
    }
  }

  List<Row> all(Tx tx) {
    return tx.list(
        "select * from task order by id",
        row ->
            new Row(
                row.getLong("id"),
                new MachineId(row.getString("machine_id")),
                row.getLong("epoch"),
                Task.valueOf(row.getString("kind")),
                row.getTimestamp("due_at").toInstant(),
                row.getInt("tries"),
                row.getString("last_error")));
  }

  /// Whether something is still to be done to a machine.
  public boolean waits(Tx tx, MachineId machine) {
    return tx.one("select 1 from task where machine_id = ? limit 1", row -> true, machine)
        .isPresent();
  }

  public boolean waits(Tx tx, MachineId machine, Task task) {
    return tx.one(
            "select 1 from task where machine_id = ? and kind = ? limit 1",
            row -> true,
            machine,
            task)
        .isPresent();
  }

  void later(Tx tx, Row row, Instant dueAt, String error) {
    tx.change(
        "update task set due_at = ?, tries = tries + 1, last_error = ? where id = ?",
        dueAt,
        error.length() > 4000 ? error.substring(0, 4000) : error,
        row.id());
  }

  public void done(Tx tx, Row row) {
    tx.change("delete from task where id = ?", row.id());
  }

  /// There may be something to do.
  public void wake() {
    news.release();
  }

  void awaitNews(long millis) throws InterruptedException {
    if (news.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }
}
