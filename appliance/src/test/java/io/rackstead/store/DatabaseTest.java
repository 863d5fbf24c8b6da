package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir Path folder;

  @Test
  void whatWasAcknowledgedIsThereAfterACrash() throws Exception {
    var database = Database.open(folder);
    var acknowledged = new ArrayList<Future<Integer>>();
    try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        int n = i;
        acknowledged.add(
            many.submit(() ->
                database.inTransaction(tx ->
                    tx.change(
                        "insert into secret (owner, sealed) values (?, ?)",
                        "row" + n,
                        new byte[] {1}))));
      }
    }
    for (var row : acknowledged) {
      assertThat(row.get()).isEqualTo(1);
    }
    Crash.crash(folder);
    try (var again = Database.open(folder)) {
      int rows =
          again
              .<java.util.Optional<Integer>>read(
                  tx -> tx.one("select count(*) from secret", row -> row.getInt(1)))
              .orElseThrow();
      assertThat(rows).isEqualTo(50);
    }
  }

  @Test
  void aTransactionThatFailsLeavesNothing() {
    try (var database = Database.open(folder)) {
      assertThatThrownBy(() ->
              database.change(tx -> {
                tx.change("insert into secret (owner, sealed) values ('a', ?)", new byte[] {1});
                tx.change("insert into secret (owner, sealed) values ('a', ?)", new byte[] {2});
              }))
          .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.duplicate()).isTrue());
      List<String> left =
          database.read(tx -> tx.list("select owner from secret", row -> row.getString(1)));
      assertThat(left).isEmpty();
    }
  }

  private static void secret(Database database, String owner) {
    database.change(
        tx -> tx.change("insert into secret (owner, sealed) values (?, ?)", owner, new byte[] {1}));
  }

  private static List<String> owners(Database database) {
    return database.read(tx -> tx.list("select owner from secret", row -> row.getString(1)));
  }

  @Test
  void aFirstStartThatWasCutOffWhileItMadeTheTablesBeginsAfresh() throws Exception {
    try (var half =
            java.sql.DriverManager.getConnection(
                "jdbc:h2:file:"
                    + folder.resolve("rackstead")
                    + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                "rackstead",
                "");
        var statement = half.createStatement()) {
      statement.execute("create table migration (name varchar(100) primary key)");
      statement.execute("create table machine (id int)");
    }
    try (var database = Database.open(folder)) {
      secret(database, "a");
      assertThat(owners(database)).containsExactly("a");
    }
  }

  @Test
  void anUpgradeThatWasCutOffBeginsAgainFromWhatWasThereBefore() throws Exception {
    try (var database = Database.open(folder)) {
      secret(database, "a");
    }
    var file = folder.resolve("rackstead.mv.db");
    java.nio.file.Files.copy(file, folder.resolve("rackstead.before-upgrade"));
    java.nio.file.Files.writeString(file, "half an upgrade");
    try (var database = Database.open(folder)) {
      assertThat(owners(database)).containsExactly("a");
    }
  }
}
