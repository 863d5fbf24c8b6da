package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@OnEachDatabase
class DatabaseTest {
  @TempDir Path folder;
  private boolean armed;

  @Test
  void whatWasAcknowledgedIsThereAfterACrash() throws Exception {
    var database = TestDatabase.open(folder);
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
    TestDatabase.crash(folder);
    try (var again = TestDatabase.open(folder)) {
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
    try (var database = TestDatabase.open(folder)) {
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
  void aTransactionThatIsKilledLeavesNothing() {
    var database =
        TestDatabase.open(
            folder,
            where -> {
              if (where.equals("before commit") && armed) {
                throw new Crash(where);
              }
            });
    secret(database, "before");
    armed = true;
    assertThatThrownBy(() -> secret(database, "after")).isInstanceOf(Crash.class);
    TestDatabase.crash(folder);
    armed = false;
    try (var again = TestDatabase.open(folder)) {
      assertThat(owners(again)).containsExactly("before");
    }
  }

  @Test
  void aRowThatWasRolledBackGivesItsNumberToTheNext() {
    try (var database = TestDatabase.open(folder)) {
      assertThatThrownBy(() ->
              database.change(tx -> {
                group(tx, "lost");
                throw new IllegalStateException("no");
              }))
          .hasMessage("no");
      long first = database.inTransaction(tx -> group(tx, "first"));
      long second = database.inTransaction(tx -> group(tx, "second"));
      assertThat(List.of(first, second)).containsExactly(1L, 2L);
    }
  }

  private static long group(Tx tx, String name) {
    return tx.insert("insert into people_group (name) values (?)", name);
  }

  @Test
  void textIsOrderedByItsCharactersAndNothingStandsLast() {
    try (var database = TestDatabase.open(folder)) {
      for (var owner : List.of("b", "a-c", "B", "ab", "é", "_")) {
        secret(database, owner);
      }
      List<String> ordered =
          database.read(
              tx -> tx.list("select owner from secret order by owner", row -> row.getString(1)));
      assertThat(ordered).containsExactly("B", "_", "a-c", "ab", "b", "é");
    }
  }

  @Test
  void whatFirmwareSaysIsKeptTheSameWhateverCharactersItHas() {
    try (var database = TestDatabase.open(folder)) {
      database.change(tx ->
          tx.change(
              "insert into audit (at, actor, address, what) values (?, 'me', 'local', ?)",
              Instant.parse("2026-01-02T03:04:05.123456Z"),
              "a\0b'\\\ud83d\ude00"));
      List<String> kept =
          database.read(tx ->
              tx.list(
                  "select at, what from audit",
                  row -> row.getTimestamp(1).toInstant() + " " + row.getString(2)));
      assertThat(kept).containsExactly("2026-01-02T03:04:05.123456Z a\ufffdb'\\\ud83d\ude00");
    }
  }

  @Test
  void aValueThatIsTooLongIsRefused() {
    try (var database = TestDatabase.open(folder)) {
      assertThatThrownBy(() -> secret(database, "x".repeat(201)))
          .isInstanceOf(StoreException.class);
      assertThatThrownBy(() ->
              database.change(tx ->
                  tx.change("insert into secret (owner, sealed) values ('a', ?)", new byte[4097])))
          .isInstanceOf(StoreException.class);
      secret(database, "x".repeat(200));
      assertThat(owners(database)).hasSize(1);
    }
  }
}
