package io.rackstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTest {
  @TempDir Path folder;

  private static void secret(Database database, String owner) {
    database.change(
        tx -> tx.change("insert into secret (owner, sealed) values (?, ?)", owner, new byte[] {1}));
  }

  private static List<String> owners(Database database) {
    return database.read(tx -> tx.list("select owner from secret", row -> row.getString(1)));
  }

  private Path running() {
    return folder.resolve("running.mv.db");
  }

  @Test
  void aFirstStartThatWasCutOffWhileItMadeTheTablesBeginsAfresh() throws Exception {
    Files.writeString(running(), "half a table");
    try (var database = Database.open(folder)) {
      secret(database, "a");
      assertThat(owners(database)).containsExactly("a");
    }
  }

  @Test
  void whatRanBeforeIsNotLookedAtHoweverBrokenItIs() throws Exception {
    try (var database = Database.open(folder)) {
      secret(database, "a");
    }
    try (var database = TestDatabase.open(folder)) {
      secret(database, "b");
      TestDatabase.crash(folder);
    }
    Files.writeString(running(), "torn");
    try (var database = Database.open(folder)) {
      assertThat(owners(database)).containsExactly("a", "b");
    }
  }

  @Test
  void onlyOneHasItOpen() {
    try (var database = Database.open(folder)) {
      secret(database, "a");
      assertThatThrownBy(() -> Database.open(folder))
          .hasMessageContaining("another process has it open")
          .hasMessageContaining("is another appliance running on this data folder?");
      secret(database, "b");
      assertThat(owners(database)).containsExactly("a", "b");
    }
  }

  @Test
  void theJournalDoesNotGrowForEverAndWhatLeftItIsInTheCopy() throws Exception {
    int rows = 24;
    try (var database = TestDatabase.open(folder)) {
      for (int i = 0; i < rows; i++) {
        large(database, i);
      }
      var until = Instant.now().plusSeconds(60);
      while (segments() > 12 && Instant.now().isBefore(until)) {
        Thread.sleep(20);
      }
      assertThat(segments()).isLessThanOrEqualTo(12);
      large(database, rows);
      TestDatabase.crash(folder);
    }
    try (var database = Database.open(folder)) {
      long there =
          database
              .<Optional<Long>>read(
                  tx -> tx.one("select count(*) from audit", row -> row.getLong(1)))
              .orElseThrow();
      assertThat(there).isEqualTo(rows + 1);
    }
    assertThat(folder.resolve("journal")).isEmptyDirectory();
  }

  /// A transaction that fills a segment of the journal.
  private static void large(Database database, int n) {
    database.change(tx -> {
      tx.insert(
          "insert into audit (at, actor, address, what) values (?, 'me', 'local', ?)",
          Instant.EPOCH,
          "row " + n);
      for (int i = 0; i < 300; i++) {
        tx.change("merge into secret (owner, sealed) values (?, ?)", "s" + i, new byte[4000]);
      }
    });
  }

  private long segments() throws Exception {
    try (var files = Files.list(folder.resolve("journal"))) {
      return files.count();
    }
  }
}
